module github.com/partgauge/partgauge/benchmarks/peers/fauxgl

go 1.26

require (
	github.com/fogleman/fauxgl v0.0.0-20250110135958-abf826acbbbd
	github.com/nfnt/resize v0.0.0-20180221191011-83c6a9932646
)

require github.com/fogleman/simplify v0.0.0 // indirect

replace github.com/fogleman/simplify => ./simplify
