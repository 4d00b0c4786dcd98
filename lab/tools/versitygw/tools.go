//go:build tools

// Package tools names what is built from this module: the S3 server of the lab.
package tools

import _ "github.com/versity/versitygw/cmd/versitygw"
