// Command go checks our log with Go's sumdb packages, and lets us check Go's.
//
// It reads one JSON request and writes one JSON answer. Leaves are "leaf 0", "leaf 1", and so on.
// The first thing that Go does not accept ends it with a message.
package main

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type inclusion struct {
	Index, Size int64
	Hashes      []tlog.Hash
}

type consistency struct {
	Old, New int64
	Hashes   []tlog.Hash
}

type request struct {
	Leaves        int64
	Roots         map[int64]tlog.Hash
	Inclusions    []inclusion
	Consistencies []consistency
	Tiles         map[string]string
	Key, Note     string
	Signer        string
}

type answer struct {
	Roots         map[int64]tlog.Hash
	Inclusions    []inclusion
	Consistencies []consistency
	Key, Note     string
	Text          string
}

type memory []tlog.Hash

func (m memory) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(indexes))
	for i, at := range indexes {
		out[i] = m[at]
	}
	return out, nil
}

func fail(format string, args ...interface{}) {
	fmt.Fprintf(os.Stderr, format+"\n", args...)
	os.Exit(1)
}

func must(err error, format string, args ...interface{}) {
	if err != nil {
		fail("%s: %v", fmt.Sprintf(format, args...), err)
	}
}

func main() {
	var in request
	must(json.NewDecoder(os.Stdin).Decode(&in), "request")
	var hashes memory
	for n := int64(0); n < in.Leaves; n++ {
		more, err := tlog.StoredHashes(n, []byte(fmt.Sprintf("leaf %d", n)), hashes)
		must(err, "append %d", n)
		hashes = append(hashes, more...)
	}
	out := answer{Roots: map[int64]tlog.Hash{}}
	checkTrees(&in, &out, hashes)
	checkTiles(&in, hashes)
	checkNote(&in, &out, hashes)
	must(json.NewEncoder(os.Stdout).Encode(out), "answer")
}

func checkTrees(in *request, out *answer, hashes memory) {
	for size, ours := range in.Roots {
		root, err := tlog.TreeHash(size, hashes)
		must(err, "root of %d", size)
		if root != ours {
			fail("root of %d: Go has %v, we have %v", size, root, ours)
		}
		out.Roots[size] = root
	}
	for _, p := range in.Inclusions {
		leaf := tlog.RecordHash([]byte(fmt.Sprintf("leaf %d", p.Index)))
		must(tlog.CheckRecord(p.Hashes, p.Size, out.Roots[p.Size], p.Index, leaf), "our inclusion %d in %d", p.Index, p.Size)
		theirs, err := tlog.ProveRecord(p.Size, p.Index, hashes)
		must(err, "inclusion %d in %d", p.Index, p.Size)
		out.Inclusions = append(out.Inclusions, inclusion{p.Index, p.Size, theirs})
	}
	for _, p := range in.Consistencies {
		must(tlog.CheckTree(p.Hashes, p.New, out.Roots[p.New], p.Old, out.Roots[p.Old]), "our consistency %d to %d", p.Old, p.New)
		theirs, err := tlog.ProveTree(p.New, p.Old, hashes)
		must(err, "consistency %d to %d", p.Old, p.New)
		out.Consistencies = append(out.Consistencies, consistency{p.Old, p.New, theirs})
	}
}

// checkTiles compares every tile byte for byte. Go names the height of tiles in the path; C2SP,
// where it is always 8, does not. NewTiles also lists the narrower states that a tile passed
// through; the widest is the one that is kept.
func checkTiles(in *request, hashes memory) {
	widest := map[[2]int64]tlog.Tile{}
	for _, tile := range tlog.NewTiles(8, 0, in.Leaves) {
		at := [2]int64{int64(tile.L), tile.N}
		if tile.W > widest[at].W {
			widest[at] = tile
		}
	}
	if len(widest) != len(in.Tiles) {
		fail("Go has %d tiles, we have %d", len(widest), len(in.Tiles))
	}
	for _, tile := range widest {
		path := strings.Replace(tile.Path(), "tile/8/", "tile/", 1)
		theirs, err := tlog.ReadTileData(tile, hashes)
		must(err, "%s", path)
		ours, err := base64.StdEncoding.DecodeString(in.Tiles[path])
		must(err, "%s", path)
		if !bytes.Equal(ours, theirs) {
			fail("%s differs", path)
		}
	}
}

func checkNote(in *request, out *answer, hashes memory) {
	verifier, err := note.NewVerifier(in.Key)
	must(err, "our key")
	opened, err := note.Open([]byte(in.Note), note.VerifierList(verifier))
	must(err, "our checkpoint")
	out.Text = opened.Text

	signer, err := note.NewSigner(in.Signer)
	must(err, "signer")
	root, err := tlog.TreeHash(in.Leaves, hashes)
	must(err, "root")
	text := fmt.Sprintf("%s\n%d\n%s\n", signer.Name(), in.Leaves, root)
	signed, err := note.Sign(&note.Note{Text: text}, signer)
	must(err, "sign")
	out.Note = string(signed)
}
