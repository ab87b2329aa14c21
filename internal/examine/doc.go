// Package examine analyses uploaded models in child processes. An Examiner is
// the side of the service: it hands the bytes of a model and the options to a
// child and takes the report and what belongs to it. Serve is the child.
package examine
