// Package files is the business of uploaded models: what was uploaded, by whom,
// and what its analysis found. Each upload is a Model of its own; models with
// the same content share its bytes, and those that are read in the same unit
// share one Analysis.
package files
