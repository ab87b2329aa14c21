package analysis_test

import (
	"context"
	"fmt"
	"log"
	"os"

	"github.com/partgauge/partgauge/analysis"
	"github.com/partgauge/partgauge/printability"
)

// The example of the README, which internal/arch holds against this one.
func Example() {
	f, err := os.Open("../testdata/models/comb.stl")
	if err != nil {
		log.Fatal(err)
	}
	defer f.Close()

	report, err := analysis.Run(context.Background(), f, analysis.Options{
		MinWall: 0.8,
		Chamber: &[3]float64{250, 250, 300},
	})
	if err != nil {
		log.Fatal(err) // options that cannot be, or a cancelled context
	}
	if report.Error != nil {
		log.Fatal(report.Error.Message) // the file was refused
	}
	fmt.Printf("%s: %.0f mm³\n", report.Status, *report.Original.Volume)
	for name, criterion := range report.Criteria {
		if criterion.Status == printability.Fail {
			fmt.Println(name, "fails:", criterion.Message)
		}
	}
	// Output:
	// not_printable: 1580 mm³
	// wallThickness fails: 28.9 % of the surface has walls thinner than 0.8 mm; thicken them or choose a process for thinner walls.
}
