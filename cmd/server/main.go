// Command server is the HTTP service. See "server help" and the project's
// README.
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

// The exit codes.
const (
	exitOK     = 0
	exitFailed = 1
	exitUsage  = 2 // wrong usage; nothing was done
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	// After the first signal the next one kills.
	context.AfterFunc(ctx, stop)
	p := &program{stdout: os.Stdout, stderr: os.Stderr}
	os.Exit(p.run(ctx, os.Args[1:]))
}

// A program is one run of the command line.
type program struct{ stdout, stderr io.Writer }

// A failedError is one that is no wrong usage.
type failedError struct{ error }

func (e failedError) Unwrap() error { return e.error }

func (p *program) run(ctx context.Context, args []string) int {
	root := p.rootCommand()
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return exitOK
	}
	fmt.Fprintln(p.stderr, "server: "+strings.Join(strings.Fields(err.Error()), " "))
	if _, ok := errors.AsType[failedError](err); ok {
		return exitFailed
	}
	return exitUsage
}

func (p *program) rootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:   "server",
		Short: "Serve the analysis of 3D models over HTTP",
		Long: `server speaks the 3YOURMIND REST API v2.0. Everything it needs is embedded:
started on an empty folder it makes a database there and prints a token.

Every flag can also be given by the environment, as PARTGAUGE_ and its name in
capitals (PARTGAUGE_DATABASE_URL), or in a YAML file named by --config, under
its name. A flag beats the environment, which beats the file.`,
		Example: `  server serve --addr :8080 --data /var/lib/partgauge
  server admin user create --email eve@example.com --organization Acme --role organization_admin
  server admin token create --user eve@example.com --expires 90d
  server admin backup monday.backup`,
		SilenceErrors:              true,
		SilenceUsage:               true,
		SuggestionsMinimumDistance: 2,
		Args:                       rootArgs,
		RunE:                       func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.SetOut(p.stdout)
	root.SetErr(p.stderr)
	root.SetFlagErrorFunc(flagError)
	root.AddCommand(p.serveCommand(), p.migrateCommand(), p.adminCommand(), p.versionCommand(), analysisChildCommand())
	return root
}

// rootArgs refuses what is no command.
func rootArgs(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	message := fmt.Sprintf("unknown command %q", args[0])
	if similar := cmd.SuggestionsFor(args[0]); len(similar) > 0 {
		return fmt.Errorf("%s; did you mean %s?", message, strings.Join(similar, " or "))
	}
	return fmt.Errorf("%s; see %s --help", message, cmd.CommandPath())
}

// flagError words what the parser of flags says.
func flagError(cmd *cobra.Command, err error) error {
	if invalid, ok := errors.AsType[*pflag.InvalidValueError](err); ok {
		return fmt.Errorf("--%s %q: %w", invalid.GetFlag().Name, invalid.GetValue(), invalid.Unwrap())
	}
	return fmt.Errorf("%w; see %s --help", err, cmd.CommandPath())
}

// group is a command that only holds others.
func group(use, short string, commands ...*cobra.Command) *cobra.Command {
	c := &cobra.Command{Use: use, Short: short, Args: rootArgs, RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() }}
	c.AddCommand(commands...)
	return c
}

func (p *program) versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			_, err := fmt.Fprintf(p.stdout, "server %s%s %s %s/%s\n", analysis.EngineVersion, revision(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
			return err
		},
	}
}

// revision names the source that the program was built from, if that is known.
func revision() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			return " (" + s.Value[:min(12, len(s.Value))] + ")"
		}
	}
	return ""
}
