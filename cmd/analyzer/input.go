package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// An input is one file to analyse.
type input struct {
	name  string // as it is shown
	path  string // "" for standard input
	size  int64  // in bytes, 0 if unknown
	named bool   // given by the user, not found in a folder
	err   error  // why it cannot be opened
}

// standardInput is the argument that means standard input.
const standardInput = "-"

// findInputs turns the arguments into files: folders are walked, patterns
// that no shell has expanded are matched. What cannot be found becomes an
// input with an error, so that it has its line in the output.
func findInputs(args []string) []input {
	var inputs []input
	for _, arg := range args {
		switch info, err := os.Stat(arg); {
		case arg == standardInput:
			inputs = append(inputs, input{name: standardInput, named: true})
		case err == nil && info.IsDir():
			inputs = append(inputs, walk(arg)...)
		case err == nil:
			inputs = append(inputs, input{name: arg, path: arg, size: info.Size(), named: true})
		case errors.Is(err, fs.ErrNotExist) && strings.ContainsAny(arg, "*?["):
			inputs = append(inputs, match(arg)...)
		default:
			inputs = append(inputs, input{name: arg, named: true, err: plainError(err)})
		}
	}
	return inputs
}

// walk lists the regular files in a folder and below, without hidden ones,
// in lexical order.
func walk(root string) []input {
	var inputs []input
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			inputs = append(inputs, input{name: path, named: true, err: plainError(err)})
			if entry != nil && entry.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		if path != root && strings.HasPrefix(entry.Name(), ".") {
			if entry.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		// Stat follows a symbolic link to a file; links to folders are not
		// followed, which rules out cycles.
		info, err := os.Stat(path)
		if err == nil && info.Mode().IsRegular() {
			inputs = append(inputs, input{name: path, path: path, size: info.Size()})
		}
		return nil
	})
	if err != nil || len(inputs) == 0 {
		inputs = append(inputs, input{name: root, named: true, err: errors.New("the folder holds no files")})
	}
	return inputs
}

// match lists the files that a pattern matches.
func match(pattern string) []input {
	paths, err := filepath.Glob(pattern)
	if err != nil {
		return []input{{name: pattern, named: true, err: fmt.Errorf("the pattern is malformed: %w", err)}}
	}
	if len(paths) == 0 {
		return []input{{name: pattern, named: true, err: errors.New("no file matches the pattern")}}
	}
	slices.Sort(paths)
	return findInputs(paths)
}

// open opens the input.
func (in input) open(stdin io.Reader) (io.ReadCloser, error) {
	switch {
	case in.err != nil:
		return nil, in.err
	case in.path == "":
		return io.NopCloser(stdin), nil
	}
	f, err := os.Open(in.path)
	if err != nil {
		return nil, plainError(err)
	}
	return f, nil
}

// plainError drops the operation and the path from an error, as the name of
// the file stands beside it.
func plainError(err error) error {
	var path *fs.PathError
	if errors.As(err, &path) {
		return path.Err
	}
	return err
}
