module github.com/fogleman/simplify

go 1.26
