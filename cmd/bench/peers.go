package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// A peer is a program of others that does a part of what the engine does.
type peer struct {
	name    string
	program string   // on the path, or in the folder of peers
	args    []string // before the file
	formats []string // extensions that it reads
	timed   bool     // it prints its own seconds, without the start of a process
	built   bool     // by make peers, from benchmarks/peers
	get     string   // how to get it
}

var peers = []peer{
	// Its default checks: edges, holes, normals, shells, volume.
	{name: "admesh", program: "admesh", formats: []string{".stl"}, get: "install the package admesh"},
	{
		name: "prusa-slicer --info", program: "prusa-slicer", args: []string{"--info"},
		formats: []string{".stl", ".obj", ".3mf", ".amf"}, get: "install the package prusa-slicer",
	},
	{
		name: "assimp info", program: "assimp", args: []string{"info"},
		formats: []string{".stl", ".obj", ".3mf", ".amf", ".ply", ".off", ".glb", ".gltf"}, get: "install the package assimp-utils",
	},
	{name: "load: hschendel/stl", program: "stl", formats: []string{".stl"}, timed: true, built: true, get: "make peers"},
	{name: "load: fauxgl", program: "fauxgl", args: []string{"-load"}, formats: []string{".stl"}, timed: true, built: true, get: "make peers"},
}

// embree is the peer of the rays: see raysRun.
var embree = peer{
	name: "embree", program: "embree", formats: []string{".stl"}, built: true,
	get: "install the packages g++ and libembree-dev, then make peers",
}

func (p *peer) reads(file string) bool {
	return slices.Contains(p.formats, strings.ToLower(filepath.Ext(file)))
}

// find returns the path of a peer, or an error that says how to get it.
func (p *peer) find(self string) (string, error) {
	path := ""
	if p.built {
		path = beside(self, filepath.Join("peers", p.program))
	} else if found, err := exec.LookPath(p.program); err == nil {
		path = found
	}
	if path == "" {
		return "", fmt.Errorf("%s is left out, as it is not here: %s", p.name, p.get)
	}
	return path, nil
}

// beside returns the path of a program that is built with bench: in the folder
// of bench, or in bin where bench was started with go run; empty if it is in
// neither.
func beside(self, name string) string {
	for _, folder := range []string{filepath.Dir(self), "bin"} {
		path := filepath.Join(folder, name)
		if info, err := os.Stat(path); err == nil && !info.IsDir() {
			return path
		}
	}
	return ""
}
