// Package task works on what is to be done in the background.
//
// A task is a row that its maker writes in the transaction with what makes it
// necessary. A worker takes it for as long as a lease lasts, which it makes
// longer while it works, and whoever works on it closes it in the transaction
// with the result. If the worker is gone, the lease ends and the task is taken
// again, by attempt number: what a late worker writes under an older one does
// not count. A task is tried twice, and then given up with a clear result.
package task
