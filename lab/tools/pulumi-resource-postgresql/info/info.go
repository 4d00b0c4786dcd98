// Package info describes the Pulumi PostgreSQL provider 3.18.1: the Terraform provider 1.27.0, bridged.
package info

import (
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge"
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge/tokens"
	shimv2 "github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfshim/sdk-v2"
	"github.com/terraform-providers/terraform-provider-postgresql/postgresql"
)

// Version is what the provider says of itself and must match @pulumi/postgresql in package.json.
const Version = "3.18.1"

// Provider gives the bridged provider; meta is what tfgen recorded beside the schema.
func Provider(meta []byte) tfbridge.ProviderInfo {
	p := tfbridge.ProviderInfo{
		P: shimv2.NewProvider(postgresql.Provider()), Name: "postgresql", Version: Version,
		GitHubOrg: "cyrilgdn", Repository: "https://github.com/pulumi/pulumi-postgresql",
		MetadataInfo: tfbridge.NewProviderMetadata(meta),
	}
	p.MustComputeTokens(tokens.SingleModule("postgresql_", "index", tokens.MakeStandard("postgresql")))
	p.SetAutonaming(255, "-")
	return p
}
