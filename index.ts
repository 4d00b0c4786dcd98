/** Where `pulumi package add` finds the components; programs in TypeScript import the package `restorable` instead. */
export * from "./components";
