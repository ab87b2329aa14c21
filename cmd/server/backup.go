package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/partgauge/partgauge/internal/store"
)

func (p *program) backupCommand() *cobra.Command {
	var pl place
	cmd := &cobra.Command{
		Use:   "backup FILE",
		Short: "Write the database to a new file, also beside a running server",
		Long: `backup writes the database, as it is at this moment, to a new file. A backup does
not depend on the kind of database: it can be restored into either.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			err := pl.with(cmd.Context(), func(db *store.DB) error { return db.Backup(cmd.Context(), args[0]) })
			if err != nil {
				return failedError{err}
			}
			_, err = fmt.Fprintf(p.stdout, "backup: %s\n", args[0])
			return err
		},
	}
	pl.flags(cmd)
	return cmd
}

func (p *program) restoreCommand() *cobra.Command {
	var pl place
	cmd := &cobra.Command{
		Use:   "restore FILE",
		Short: "Bring a backup into an empty folder or PostgreSQL database",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			unlock, err := claim(pl.data)
			if err != nil {
				return failedError{err}
			}
			defer unlock()
			if err := store.Restore(cmd.Context(), args[0], pl.database()); err != nil {
				return failedError{err}
			}
			_, err = fmt.Fprintln(p.stdout, "restored")
			return err
		},
	}
	pl.flags(cmd)
	return cmd
}
