// Command analyzer tells whether 3D models can be printed. See
// "analyzer help" and the project's README.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime"
	"runtime/debug"
	"strings"
	"syscall"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/partgauge/partgauge/analysis"
)

// The exit codes. exitFailed beats exitMet.
const (
	exitOK     = 0
	exitFailed = 1 // some file could not be analysed, or not be made as asked
	exitUsage  = 2 // wrong usage; nothing was done
	exitMet    = 3 // the condition of --fail-on was met
)

func main() {
	ballast := collectOften()
	code := run()
	runtime.KeepAlive(ballast)
	os.Exit(code)
}

// ballastSize is the size in bytes of the block that collectOften returns.
const ballastSize = 64 << 20

// collectOften lets garbage grow to a tenth of what is alive only, unless the
// environment says otherwise. The engine makes few but large slices without
// pointers, so that costs next to nothing and saves a quarter of the memory.
//
// It returns a block to be kept alive. That is never touched, so it takes no
// memory, but counts as alive: small models leave less garbage than a tenth of
// it, and are not collected every few hundred kilobytes.
func collectOften() (ballast []byte) {
	if os.Getenv("GOGC") != "" {
		return nil
	}
	debug.SetGCPercent(10)
	return make([]byte, ballastSize)
}

func run() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	// After the first signal the next one kills: a reader may be blocked.
	context.AfterFunc(ctx, stop)

	p := &program{stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr}
	err := p.rootCommand().ExecuteContext(ctx)
	return p.exitCode(err)
}

// A program is one run of the command line.
type program struct {
	stdin          *os.File
	stdout, stderr *os.File
}

// An exitError ends the program with a code after everything was said.
type exitError int

func (e exitError) Error() string { return fmt.Sprintf("exit %d", int(e)) }

// exitCode says what is left to say about err and returns the exit code.
func (p *program) exitCode(err error) int {
	var code exitError
	switch {
	case err == nil:
		return exitOK
	case errors.As(err, &code):
		return int(code)
	}
	note(p.stderr, "%s", strings.Join(strings.Fields(err.Error()), " "))
	return exitUsage
}

func (p *program) rootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:   "analyzer",
		Short: "Tell whether 3D models can be printed",
		Long: `analyzer reads 3D models (STL, OBJ, PLY, OFF, 3MF, AMF, glTF, also in gzip or
zip), measures them and judges whether they can be printed.`,
		Example: `  analyzer analyze --technology sls part.stl
  analyzer analyze --min-wall 0.8 --chamber 250x250x300 --json models/ > report.jsonl
  analyzer info part.3mf
  analyzer orient --objective support part.stl -o oriented.stl
  analyzer convert part.obj part.stl
  analyzer repair part.stl -o repaired.stl`,
		Args:          rootArgs,
		SilenceErrors: true,

		SuggestionsMinimumDistance: 2,
		SilenceUsage:               true,
		RunE:                       func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.SetIn(p.stdin)
	root.SetOut(p.stdout)
	root.SetErr(p.stderr)
	root.SetFlagErrorFunc(flagError)
	root.AddCommand(p.analyzeCommand(), p.infoCommand(), p.orientCommand(), p.convertCommand(), p.repairCommand(), p.thumbnailCommand(), p.reportCommand(), p.versionCommand(), p.workerCommand())
	refuseUnknownShells(root)
	return root
}

// refuseUnknownShells makes wrong usage of the command that cobra adds for
// completion, which answers anything else than a shell with its help.
func refuseUnknownShells(root *cobra.Command) {
	root.InitDefaultCompletionCmd()
	completion, _, err := root.Find([]string{"completion"})
	if err != nil || completion == root {
		return
	}
	var shells []string
	for _, c := range completion.Commands() {
		shells = append(shells, c.Name())
	}
	completion.Args = cobra.ArbitraryArgs
	completion.RunE = func(*cobra.Command, []string) error {
		return fmt.Errorf("completion: name the shell: %s", strings.Join(shells, ", "))
	}
}

// rootArgs refuses what is no command, and helps who forgot it.
func rootArgs(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	if _, err := os.Stat(args[0]); err == nil {
		return fmt.Errorf("no command given; to judge a file: analyzer analyze %s", args[0])
	}
	message := fmt.Sprintf("unknown command %q", args[0])
	if similar := cmd.SuggestionsFor(args[0]); len(similar) > 0 {
		return fmt.Errorf("%s; did you mean %s?", message, strings.Join(similar, " or "))
	}
	return fmt.Errorf("%s; see analyzer --help", message)
}

// flagError words what the parser of flags says.
func flagError(cmd *cobra.Command, err error) error {
	var invalid *pflag.InvalidValueError
	if errors.As(err, &invalid) {
		return fmt.Errorf("--%s %q: %w", invalid.GetFlag().Name, invalid.GetValue(), invalid.Unwrap())
	}
	return fmt.Errorf("%w; see %s --help", err, cmd.CommandPath())
}

// failed says why a command came to nothing and returns the error that makes
// the exit code.
func (p *program) failed(err error) error {
	message := err.Error()
	// A context says how it ended, not what that means.
	if errors.Is(err, context.DeadlineExceeded) {
		message = strings.Replace(message, context.DeadlineExceeded.Error(), analysis.NewError(context.DeadlineExceeded).Error(), 1)
	} else if errors.Is(err, context.Canceled) {
		message = strings.Replace(message, context.Canceled.Error(), "interrupted", 1)
	}
	note(p.stderr, "%s", printable(message))
	return exitError(exitFailed)
}

// note writes a line to standard error.
func note(w io.Writer, format string, args ...any) {
	fmt.Fprintf(w, "analyzer: "+format+"\n", args...)
}
