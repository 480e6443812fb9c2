// Prometheus 3.5 as a dependency of a module of ours, because `go install` refuses modules with replace and exclude lines.
// SPDX-License-Identifier: Apache-2.0
module inquest.invalid/prometheus

go 1.23.0

require github.com/prometheus/prometheus v0.305.0

// lines of Prometheus' own go.mod: such lines do not apply to dependants
exclude github.com/linode/linodego v1.0.0

exclude (
	github.com/grpc-ecosystem/grpc-gateway v1.14.7
	google.golang.org/api v0.30.0
)

replace github.com/fsnotify/fsnotify v1.8.0 => github.com/fsnotify/fsnotify v1.7.0
