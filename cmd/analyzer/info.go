package main

import (
	"github.com/spf13/cobra"

	"github.com/partgauge/partgauge/analysis"
)

func (p *program) infoCommand() *cobra.Command {
	s := session{program: p}
	cmd := &cobra.Command{
		Use:   "info [flags] FILE|DIR|GLOB|-...",
		Short: "Measure models, quickly, without judging them",
		Long: `info measures models as they are: size, volume, area, bodies, holes and other
defects. It looks for no walls and judges nothing. "-" is standard input.`,
		Example: `  analyzer info part.stl
  analyzer info --json models/*.3mf | jq .original.volume`,
		Args: someArgs("give at least one file, folder or pattern, or - for standard input"),
		RunE: func(cmd *cobra.Command, args []string) error {
			opts, err := s.options(cmd.Flags())
			if err != nil {
				return err
			}
			opts.Stages = analysis.InfoStages()
			return s.run(cmd.Context(), args, opts)
		},
	}
	s.addFlags(cmd)
	return cmd
}
