// The provider's binary, with the schema that tfgen wrote.
package main

import (
	_ "embed"

	"restorable.lab/pulumi-resource-postgresql/info"

	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge"
)

//go:embed schema.json
var schema []byte

//go:embed bridge-metadata.json
var meta []byte

func main() { tfbridge.Main("postgresql", info.Version, info.Provider(meta), schema) }
