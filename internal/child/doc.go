// Package child has hostile work done by child processes of the same program.
//
// What is parsed or run there may exhaust memory or the stack, loop for ever or
// crash, and no process that serves requests may go down with it. A child has
// no secrets in its environment, can open neither files nor connections, may
// use so much memory and time and no more, and speaks with its parent over
// pipes only. However it ends other than by finishing its order, the parent
// gets a *Failure that says why.
//
// The package knows no business: an order is a header, a body and what comes
// back are named parts, all of them bytes. A Pool is the parent's side, Serve
// the child's.
package child
