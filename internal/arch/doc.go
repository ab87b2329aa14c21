// Package arch holds tests of the shape of the project: who may import whom
// (imports_test.go) and the rules of the house that no linter knows
// (house_test.go). It has no code of its own.
package arch
