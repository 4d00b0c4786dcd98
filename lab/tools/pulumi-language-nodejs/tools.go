//go:build tools

// Package tools names what is built from this module: the Node.js language host of the Pulumi CLI.
// Its own module is not on the proxy; up to v3.68 it was part of sdk/v3.
package tools

import _ "github.com/pulumi/pulumi/sdk/v3/nodejs/cmd/pulumi-language-nodejs"
