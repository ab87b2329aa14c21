// Package backgroundtest holds tests of uploads and their analysis from end to
// end: business, storage, workers and child processes together, and what
// happens when any of them is killed. It has no code of its own.
package backgroundtest
