package mesh_test

import (
	"context"
	"os"
	"testing"

	"github.com/partgauge/partgauge/mesh"
)

func BenchmarkReadSTLBinary(b *testing.B) {
	for _, f := range []string{"gyroid1m", "benchy900k"} {
		b.Run(f, func(b *testing.B) {
			data, err := os.ReadFile("/tmp/large/" + f + ".stl")
			if err != nil {
				b.Skip(err)
			}
			b.SetBytes(int64(len(data)))
			b.ReportAllocs()
			for b.Loop() {
				f, err := mesh.Read(context.Background(), data, mesh.ReadOptions{})
				if err != nil {
					b.Fatal(err)
				}
				_ = f
			}
		})
	}
}

func BenchmarkReadSTLASCII(b *testing.B) {
	data, err := os.ReadFile("/tmp/large/benchy900k.ascii.stl")
	if err != nil {
		b.Skip(err)
	}
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		f, err := mesh.Read(context.Background(), data, mesh.ReadOptions{})
		if err != nil {
			b.Fatal(err)
		}
		_ = f
	}
}
