// The Pulumi Kubernetes provider, 4.25.0. The released binary embeds its schema with the version filled in;
// lab/tools/generate writes the two embedded files from the ones that the provider's module carries.
package main

import (
	_ "embed"

	"github.com/pulumi/pulumi-kubernetes/provider/v4/pkg/provider"
)

//go:embed schema-embed.json
var schema []byte

//go:embed terraform-mapping-embed.json
var mapping []byte

func main() { provider.Serve("kubernetes", "4.25.0", schema, mapping) }
