// tfgen writes schema.json and bridge-metadata.json, which the provider embeds.
package main

import (
	"restorable.lab/pulumi-resource-postgresql/info"

	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfgen"
)

func main() { tfgen.Main("postgresql", info.Version, info.Provider([]byte("{}"))) }
