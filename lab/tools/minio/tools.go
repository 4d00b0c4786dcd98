//go:build tools

// Package tools names what is built from this module: the second S3 server of the lab, for tests that need one.
package tools

import _ "github.com/minio/minio"
