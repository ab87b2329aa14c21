package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"go.yaml.in/yaml/v3"
)

// A place is where the data of a service is.
type place struct {
	config      string
	data        string
	databaseURL string
}

// flags adds the flags of a place to a command, and the settings of the
// environment and the configuration file to what it reads.
func (pl *place) flags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&pl.config, "config", "", "YAML `file` with settings, named like the flags")
	f.StringVar(&pl.data, "data", "partgauge-data", "`folder` for the database and the models")
	f.StringVar(&pl.databaseURL, "database-url", "", "`URL` of a PostgreSQL database, instead of the embedded one")
	cmd.PreRunE = func(cmd *cobra.Command, _ []string) error { return settle(cmd.Flags()) }
}

// database returns where the database is, as package store takes it.
func (pl *place) database() string {
	if pl.databaseURL != "" {
		return pl.databaseURL
	}
	return filepath.Join(pl.data, "partgauge.db")
}

// settle gives the flags that were not on the command line their values from the
// environment or the configuration file.
func settle(flags *pflag.FlagSet) error {
	if err := fromEnvironment(flags, "config"); err != nil {
		return err
	}
	file, err := settingsOf(flags.Lookup("config").Value.String())
	if err != nil {
		return err
	}
	for name := range file {
		if flags.Lookup(name) == nil || name == "config" || name == "help" {
			return fmt.Errorf("--config: no setting is called %q", name)
		}
	}
	var failed error
	flags.VisitAll(func(f *pflag.Flag) {
		if f.Changed || f.Name == "help" || failed != nil {
			return
		}
		if failed = fromEnvironment(flags, f.Name); failed != nil || f.Changed {
			return
		}
		if value, ok := file[f.Name]; ok {
			if err := flags.Set(f.Name, fmt.Sprint(value)); err != nil {
				failed = fmt.Errorf("--config: %s: %w", f.Name, err)
			}
		}
	})
	return failed
}

func fromEnvironment(flags *pflag.FlagSet, name string) error {
	variable := "PARTGAUGE_" + strings.ToUpper(strings.ReplaceAll(name, "-", "_"))
	value, ok := os.LookupEnv(variable)
	if !ok || flags.Changed(name) {
		return nil
	}
	if err := flags.Set(name, value); err != nil {
		return fmt.Errorf("%s: %w", variable, err)
	}
	return nil
}

func settingsOf(path string) (map[string]any, error) {
	if path == "" {
		return nil, nil
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("--config %s: %w", path, plain(err))
	}
	var settings map[string]any
	if err := yaml.Unmarshal(data, &settings); err != nil {
		return nil, fmt.Errorf("--config %s: %w", path, err)
	}
	return settings, nil
}

// plain returns what went wrong with a file without the operation and the path.
func plain(err error) error {
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		return e.Err
	}
	return err
}
