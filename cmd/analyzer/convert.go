package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/partgauge/partgauge/analysis"
	"github.com/partgauge/partgauge/mesh"
)

func (p *program) convertCommand() *cobra.Command {
	var (
		flags   readFlags
		outUnit = mesh.Millimetre
		ascii   bool
	)
	cmd := &cobra.Command{
		Use:   "convert [flags] IN OUT",
		Short: "Write a model in another format",
		Long: `convert reads IN in any format that can be read ("-" is standard input) and
writes OUT in the format of its ending: .stl, .obj, .ply, .3mf or .glb. Vertices
at the same place are merged; nothing else is changed.`,
		Example: `  analyzer convert part.3mf part.stl
  analyzer convert --unit inch --out-unit mm bracket.stl bracket.obj
  analyzer convert --ascii part.stl part.ply`,
		Args: exactArgs(2, "give the file to read and the file to write"),
		RunE: func(cmd *cobra.Command, args []string) error {
			var opts analysis.Options
			if err := flags.apply(cmd.Flags(), &opts); err != nil {
				return err
			}
			format, err := formatOf(args[1], ascii)
			if err != nil {
				return err
			}
			read := mesh.ReadOptions{Unit: opts.Unit, Limits: opts.Limits}
			if err := p.convert(cmd.Context(), args[0], args[1], format, read, mesh.WriteOptions{Unit: outUnit}); err != nil {
				return p.failed(err)
			}
			return nil
		},
	}
	flags.add(cmd)
	choiceFlag(cmd, &outUnit, "out-unit", "unit of the file that is written", units()...)
	cmd.Flags().BoolVar(&ascii, "ascii", false, "write STL or PLY as text")
	return cmd
}

// formatOf returns the format that the ending of path names.
func formatOf(path string, ascii bool) (mesh.Format, error) {
	formats := map[string][2]mesh.Format{
		".stl": {mesh.FormatSTL, mesh.FormatSTLASCII},
		".ply": {mesh.FormatPLY, mesh.FormatPLYASCII},
		".obj": {mesh.FormatOBJ, mesh.FormatOBJ},
		".3mf": {mesh.Format3MF, ""},
		".glb": {mesh.FormatGLB, ""},
	}
	f, ok := formats[strings.ToLower(filepath.Ext(path))]
	switch {
	case !ok:
		return "", fmt.Errorf("%q does not end in .stl, .obj, .ply, .3mf or .glb, so the format to write is not known", path)
	case ascii && f[1] == "":
		return "", fmt.Errorf("--ascii: %s has no text form", strings.ToUpper(string(f[0])))
	case ascii:
		return f[1], nil
	}
	return f[0], nil
}

func (p *program) convert(ctx context.Context, in, out string, format mesh.Format, read mesh.ReadOptions, write mesh.WriteOptions) error {
	file, err := p.readModel(ctx, in, read)
	if err != nil {
		return err
	}
	write.Name = strings.TrimSuffix(filepath.Base(out), filepath.Ext(out))
	if err := writeFile(out, func(w io.Writer) error { return mesh.Write(w, file.Mesh, format, write) }); err != nil {
		return fmt.Errorf("%s: %w", out, plainError(err))
	}
	return nil
}

// readModel reads one model and notes its warnings.
func (p *program) readModel(ctx context.Context, in string, read mesh.ReadOptions) (*mesh.File, error) {
	data, err := p.readFile(ctx, in, read.Limits)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", in, err)
	}
	file, err := mesh.Read(ctx, data, read)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", in, err)
	}
	for _, w := range file.Warnings {
		note(p.stderr, "%s: %s", printable(in), printable(w.Message))
	}
	return file, nil
}

// readAll is io.ReadAll that ends with ctx even if a read blocks.
func readAll(ctx context.Context, r io.Reader) ([]byte, error) {
	type result struct {
		data []byte
		err  error
	}
	done := make(chan result, 1)
	go func() {
		data, err := io.ReadAll(r)
		done <- result{data, err}
	}()
	select {
	case got := <-done:
		return got.data, got.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// readFile returns the bytes of one file, or of standard input.
func (p *program) readFile(ctx context.Context, name string, limits mesh.Limits) ([]byte, error) {
	if info, err := os.Stat(name); err == nil && info.IsDir() && name != standardInput {
		return nil, errors.New("this is a folder; give one file")
	}
	inputs := findInputs([]string{name})
	if len(inputs) != 1 {
		return nil, fmt.Errorf("the pattern matches %d files; give one", len(inputs))
	}
	r, err := inputs[0].open(p.stdin)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	// One byte more than allowed, for the engine to refuse.
	data, err := readAll(ctx, io.LimitReader(r, limits.WithDefaults().FileBytes+1))
	if err != nil {
		return nil, plainError(err)
	}
	return data, nil
}

// writeFile writes a file under another name and renames it at the end, so
// that there is never half of it.
func writeFile(path string, write func(io.Writer) error) error {
	f, err := createBeside(path)
	if err != nil {
		return err
	}
	// After the rename there is nothing left to remove.
	defer os.Remove(f.Name())
	buffered := bufio.NewWriterSize(f, 1<<20)
	err = write(buffered)
	if err == nil {
		err = buffered.Flush()
	}
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	return err
}

// createBeside creates a hidden file in the folder of path. Unlike one of
// os.CreateTemp it gets the permissions that the user wants for new files.
func createBeside(path string) (*os.File, error) {
	for {
		name := ".analyzer-" + strconv.FormatUint(rand.Uint64(), 36)
		f, err := os.OpenFile(filepath.Join(filepath.Dir(path), name), os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o666)
		if !errors.Is(err, fs.ErrExist) {
			return f, err
		}
	}
}

// exactArgs is cobra.ExactArgs with a message that says what to do.
func exactArgs(n int, what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) != n {
			return fmt.Errorf("%s: %s; see %s --help", cmd.Name(), what, cmd.CommandPath())
		}
		return nil
	}
}

// someArgs is cobra.MinimumNArgs(1) with a message that says what to do.
func someArgs(what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) == 0 {
			return fmt.Errorf("%s: %s; see %s --help", cmd.Name(), what, cmd.CommandPath())
		}
		return nil
	}
}
