// Jaeger 2.13 as a dependency of a module of ours, because `go install` refuses modules with replace lines.
// SPDX-License-Identifier: Apache-2.0
module inquest.invalid/jaeger

go 1.25.4

require github.com/jaegertracing/jaeger v1.76.0

// a line of Jaeger's own go.mod: such lines do not apply to dependants
replace github.com/Shopify/sarama => github.com/Shopify/sarama v1.33.0
