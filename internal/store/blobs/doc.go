// Package blobs keeps immutable byte strings under their SHA-256. Who refers to
// a blob is for the database to know; here it is stored so that what was
// acknowledged survives the loss of power, and read so that damage shows before
// the first byte of it is given out.
package blobs
