module github.com/partgauge/partgauge/benchmarks/peers/stl

go 1.26

require github.com/hschendel/stl v1.0.4
