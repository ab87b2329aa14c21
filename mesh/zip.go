package mesh

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"sort"
	"strings"
	"unicode"
)

// A zipArchive is the directory of a ZIP file whose every claim was checked:
// within the limits, entries side by side and none on top of another, local
// headers that say the same as the directory, no name twice. It is read from
// memory, and nothing is ever written by the name of an entry.
//
// It follows APPNOTE.TXT 6.3.10 of PKWARE, of which it reads what 3MF, AMF and
// ordinary archives need: stored and deflated entries, data descriptors,
// ZIP64, one volume, no encryption.
type zipArchive struct {
	data    []byte
	entries []zipEntry
	limits  *Limits
	format  Format // for errors
}

type zipEntry struct {
	name       string
	method     uint16
	descriptor bool // sizes and checksum follow the data
	crc        uint32
	packed     int64
	size       int64
	header     int64 // offset of the local header
	start      int64 // offset of the data
	directory  bool
}

// Sizes of the records of a ZIP file without their variable parts.
const (
	zipEndSize       = 22
	zip64LocatorSize = 20
	zip64EndSize     = 56
	zipCentralSize   = 46
	zipLocalSize     = 30

	zipEndMagic          = "PK\x05\x06"
	zip64EndMagic        = "PK\x06\x06"
	zip64LocatorMagic    = "PK\x06\x07"
	zipCentralMagic      = "PK\x01\x02"
	zipLocalMagic        = "PK\x03\x04"
	zipDescriptorMagic   = "PK\x07\x08"
	zipStored            = 0
	zipDeflated          = 8
	zipFlagEncrypted     = 1<<0 | 1<<6 | 1<<13
	zipFlagDescriptor    = 1 << 3
	zipFlagPatch         = 1 << 5
	zip64Extra           = 1
	zipRatioFree         = 1 << 20 // bytes of an entry to which Limits.ZipRatio does not apply
	unixTypeMask         = 0xf000
	unixRegularOrNothing = 0x8000
	unixDirectory        = 0x4000
)

// openArchive reads and checks the directory of the ZIP file in data. Time
// and memory are linear in the number of entries, which is checked first.
func openArchive(format Format, data []byte, limits *Limits) (*zipArchive, error) {
	a := &zipArchive{data: data, limits: limits, format: format}
	end, err := a.findEnd()
	if err != nil {
		return nil, err
	}
	if end.entries > uint64(limits.ZipEntries) {
		return nil, a.refuse(CodeLimitZipEntries, "", "the archive has %d entries, more than the limit of %d", end.entries, limits.ZipEntries)
	}
	if err := a.readDirectory(end); err != nil {
		return nil, err
	}
	if err := a.checkNames(); err != nil {
		return nil, err
	}
	if err := a.checkLayout(end.start); err != nil {
		return nil, err
	}
	return a, nil
}

func (a *zipArchive) refuse(code Code, place, format string, args ...any) *Error {
	return refuse(a.format, code, place, format, args...)
}

func (a *zipArchive) corrupt(place, format string, args ...any) *Error {
	return refuse(a.format, CodeZipCorrupt, place, "%s; pack or export the file again", fmt.Sprintf(format, args...))
}

// zipDirectory is where the central directory lies.
type zipDirectory struct {
	start, size, entries uint64
}

// findEnd finds the one end record whose comment ends with the file, and the
// directory it tells of.
func (a *zipArchive) findEnd() (zipDirectory, error) {
	n := len(a.data)
	found := -1
	for i := n - zipEndSize; i >= 0 && i >= n-zipEndSize-0xffff; i-- {
		if string(a.data[i:i+4]) != zipEndMagic || i+zipEndSize+int(le16(a.data[i+20:])) != n {
			continue
		}
		if found >= 0 {
			return zipDirectory{}, a.corrupt("", "the archive ends twice")
		}
		found = i
	}
	if found < 0 {
		return zipDirectory{}, a.corrupt("", "the archive is cut off or damaged: its directory is missing")
	}
	r := a.data[found:]
	d := zipDirectory{entries: uint64(le16(r[10:])), size: uint64(le32(r[12:])), start: uint64(le32(r[16:]))}
	disk, diskOfDirectory, onDisk := le16(r[4:]), le16(r[6:]), uint64(le16(r[8:]))
	limit := uint64(found)
	saturated := d.entries == 0xffff || d.size == 0xffffffff || d.start == 0xffffffff || onDisk == 0xffff
	if at := found - zip64LocatorSize; at >= 0 && string(a.data[at:at+4]) == zip64LocatorMagic {
		d64, start64, err := a.readEnd64(at)
		if err != nil {
			return d, err
		}
		if differs(d.entries, d64.entries, 0xffff) || differs(d.size, d64.size, 0xffffffff) || differs(d.start, d64.start, 0xffffffff) {
			return d, a.corrupt("", "the two end records of the archive differ")
		}
		d, onDisk, limit = d64, d64.entries, start64
	} else if saturated && d.start == 0xffffffff {
		return d, a.corrupt("", "the ZIP64 end record is missing")
	}
	if disk != 0 && disk != 0xffff || diskOfDirectory != 0 && diskOfDirectory != 0xffff || onDisk != d.entries {
		return d, a.corrupt("", "the archive is one of several volumes")
	}
	if d.size > limit || d.start != limit-d.size {
		return d, a.corrupt("", "the directory of the archive is not where its end record says")
	}
	return d, nil
}

// readEnd64 reads the ZIP64 end record that the locator at offset at points
// to, and returns its offset too.
func (a *zipArchive) readEnd64(at int) (d zipDirectory, start uint64, err error) {
	l := a.data[at:]
	start = le64(l[8:])
	if le32(l[4:]) != 0 || le32(l[16:]) > 1 || start > uint64(at) || uint64(at)-start < zip64EndSize {
		return d, 0, a.corrupt("", "the ZIP64 end record is not where its locator says")
	}
	r := a.data[start:]
	if string(r[:4]) != zip64EndMagic || le64(r[4:]) != uint64(at)-start-12 {
		return d, 0, a.corrupt("", "the ZIP64 end record is not where its locator says")
	}
	d = zipDirectory{entries: le64(r[32:]), size: le64(r[40:]), start: le64(r[48:])}
	if le32(r[16:]) != 0 || le32(r[20:]) != 0 || le64(r[24:]) != d.entries {
		return d, 0, a.corrupt("", "the archive is one of several volumes")
	}
	return d, start, nil
}

// differs reports whether an old field that is not saturated contradicts the
// ZIP64 one.
func differs(old, new64, saturated uint64) bool { return old != saturated && old != new64 }

// readDirectory reads the central directory, which lies within the data.
func (a *zipArchive) readDirectory(d zipDirectory) error {
	rest := a.data[d.start : d.start+d.size]
	if d.entries > uint64(len(rest))/zipCentralSize {
		return a.corrupt("", "the directory of the archive is cut off")
	}
	a.entries = make([]zipEntry, 0, d.entries)
	var declared int64
	for range d.entries {
		e, n, err := a.readCentral(rest)
		if err != nil {
			return err
		}
		rest = rest[n:]
		if e.size > a.limits.ZipBytes-declared {
			return a.refuse(CodeLimitZipSize, "", "the archive unpacks to more than %d bytes", a.limits.ZipBytes)
		}
		declared += e.size
		if e.size > zipRatioFree && e.size/max(e.packed, 1) > a.limits.ZipRatio {
			return a.refuse(CodeLimitZipRatio, e.place(), "the entry unpacks to more than %d times its packed size", a.limits.ZipRatio)
		}
		a.entries = append(a.entries, e)
	}
	if len(rest) != 0 {
		return a.corrupt("", "the directory of the archive has more entries than announced")
	}
	return nil
}

// readCentral reads one entry of the central directory and returns its
// length.
func (a *zipArchive) readCentral(b []byte) (e zipEntry, n int, err error) {
	if len(b) < zipCentralSize || string(b[:4]) != zipCentralMagic {
		return e, 0, a.corrupt("", "the directory of the archive is damaged")
	}
	nameLen, extraLen, commentLen := int(le16(b[28:])), int(le16(b[30:])), int(le16(b[32:]))
	n = zipCentralSize + nameLen + extraLen + commentLen
	if n > len(b) {
		return e, 0, a.corrupt("", "the directory of the archive is cut off")
	}
	e = zipEntry{
		name:   string(b[zipCentralSize : zipCentralSize+nameLen]),
		method: le16(b[10:]), crc: le32(b[16:]),
	}
	flags := le16(b[8:])
	e.descriptor = flags&zipFlagDescriptor != 0
	packed, size, header := uint64(le32(b[20:])), uint64(le32(b[24:])), uint64(le32(b[42:]))
	extra := b[zipCentralSize+nameLen : zipCentralSize+nameLen+extraLen]
	if !widen(extra, &size, &packed, &header) {
		return e, 0, a.corrupt(e.place(), "the sizes of the entry are damaged")
	}
	total := uint64(len(a.data))
	if packed > total || header > total || size > 1<<62 {
		return e, 0, a.corrupt(e.place(), "the entry lies beyond the end of the file")
	}
	e.packed, e.size, e.header = int64(packed), int64(size), int64(header)
	e.directory = strings.HasSuffix(e.name, "/")
	if flags&(zipFlagEncrypted|zipFlagPatch) != 0 {
		return e, 0, a.refuse(CodeZipMethod, e.place(), "the entry is encrypted; send it without a password")
	}
	if e.method != zipStored && e.method != zipDeflated {
		return e, 0, a.refuse(CodeZipMethod, e.place(), "compression method %d is not read; pack the file with the usual one (deflate)", e.method)
	}
	if e.method == zipStored && packed != size || e.directory && size != 0 {
		return e, 0, a.corrupt(e.place(), "the sizes of the entry contradict each other")
	}
	// The upper half of the external attributes is the Unix mode where the
	// writer knew one. Links, devices and the like are no files.
	if kind := le32(b[38:]) >> 16 & unixTypeMask; kind != 0 && kind != unixRegularOrNothing && kind != unixDirectory {
		return e, 0, a.refuse(CodeOPCPartName, e.place(), "the entry is a link or a device, not a file")
	}
	return e, n, nil
}

// widen replaces saturated sizes by those of the ZIP64 extra field, which
// holds only the saturated ones, in this order.
func widen(extra []byte, fields ...*uint64) bool {
	var wide []byte
	for len(extra) >= 4 {
		n := int(le16(extra[2:]))
		if n > len(extra)-4 {
			return false
		}
		if le16(extra) == zip64Extra {
			wide = extra[4 : 4+n]
			break
		}
		extra = extra[4+n:]
	}
	for _, f := range fields {
		if *f != 0xffffffff {
			continue
		}
		if len(wide) < 8 {
			return false
		}
		*f = le64(wide)
		wide = wide[8:]
	}
	return true
}

// checkNames refuses names that point outside the archive and names that
// occur twice, also when they differ in case only: two programs would take
// different entries for the same part.
func (a *zipArchive) checkNames() error {
	seen := make(map[string]bool, len(a.entries))
	for i := range a.entries {
		e := &a.entries[i]
		if fault := nameFault(e.name); fault != "" {
			return a.refuse(CodeOPCPartName, e.place(), "the name of the entry %s", fault)
		}
		folded := foldName(strings.TrimSuffix(e.name, "/"))
		if seen[folded] {
			return a.refuse(CodeDuplicateName, e.place(), "the archive has two entries of this name")
		}
		seen[folded] = true
	}
	return nil
}

// nameFault says why an archive may not have an entry of that name; "" if it
// may.
func nameFault(name string) string {
	switch {
	case strings.Trim(name, "/") == "":
		return "is empty"
	case name[0] == '/':
		return "is absolute"
	case strings.ContainsRune(name, '\\'):
		return "has a backslash"
	case len(name) >= 2 && name[1] == ':' && (name[0]|0x20)-'a' < 26:
		return "has a drive letter"
	}
	for _, c := range []byte(name) {
		if c < ' ' || c == 0x7f {
			return "has a control character"
		}
	}
	for segment := range strings.SplitSeq(name, "/") {
		if segment == ".." {
			return "leads out of the archive"
		}
	}
	return ""
}

// foldName maps names that differ in case only to the same name.
func foldName(name string) string {
	return strings.Map(func(r rune) rune { return unicode.ToLower(unicode.ToUpper(r)) }, name)
}

// checkLayout checks the local headers, and that every entry ends before the
// next one or the directory begins: bombs let many entries share their data.
func (a *zipArchive) checkLayout(directory uint64) error {
	order := make([]int, len(a.entries))
	for i := range order {
		order[i] = i
	}
	sort.Slice(order, func(i, j int) bool { return a.entries[order[i]].header < a.entries[order[j]].header })
	if len(order) > 0 && a.entries[order[0]].header != 0 {
		return a.corrupt("", "the archive has something in front of its first entry")
	}
	for k, i := range order {
		next := int64(directory)
		if k+1 < len(order) {
			next = a.entries[order[k+1]].header
		}
		if err := a.checkLocal(&a.entries[i], next); err != nil {
			return err
		}
	}
	return nil
}

// checkLocal compares the local header of e with the directory and finds the
// start of its data, all of which must lie before next.
func (a *zipArchive) checkLocal(e *zipEntry, next int64) error {
	if e.header+zipLocalSize > next {
		return a.overlap(e)
	}
	b := a.data[e.header:next]
	nameLen, extraLen := int64(le16(b[26:])), int64(le16(b[28:]))
	if zipLocalSize+nameLen+extraLen+e.packed > int64(len(b)) {
		return a.overlap(e)
	}
	local := string(b[zipLocalSize : zipLocalSize+nameLen])
	flags := le16(b[6:])
	if string(b[:4]) != zipLocalMagic || local != e.name || le16(b[8:]) != e.method ||
		flags&zipFlagEncrypted != 0 || e.descriptor != (flags&zipFlagDescriptor != 0) {
		return a.corrupt(e.place(), "the header of the entry says something else than the directory")
	}
	e.start = e.header + zipLocalSize + nameLen + extraLen
	rest := a.data[e.start+e.packed : next]
	if e.descriptor {
		if rest = cutDescriptor(e, rest); rest == nil {
			return a.corrupt(e.place(), "the record behind the entry says something else than the directory")
		}
	}
	if bytes.HasPrefix(rest, []byte(zipLocalMagic)) {
		return a.corrupt(e.place(), "an entry follows that the directory does not list")
	}
	if e.descriptor {
		return nil
	}
	packed, size := uint64(le32(b[18:])), uint64(le32(b[22:]))
	extra := b[zipLocalSize+nameLen : zipLocalSize+nameLen+extraLen]
	if !widen(extra, &size, &packed) || int64(packed) != e.packed || int64(size) != e.size || le32(b[14:]) != e.crc {
		return a.corrupt(e.place(), "the header of the entry says something else than the directory")
	}
	return nil
}

// cutDescriptor returns what follows the data descriptor at the start of b,
// nil if that does not say the same as the directory. Its signature is
// optional, and its sizes have 32 or 64 bits.
func cutDescriptor(e *zipEntry, b []byte) []byte {
	b = bytes.TrimPrefix(b, []byte(zipDescriptorMagic))
	switch {
	case len(b) < 12 || le32(b) != e.crc:
		return nil
	case len(b) >= 20 && le64(b[4:]) == uint64(e.packed) && le64(b[12:]) == uint64(e.size):
		return b[20:]
	case int64(le32(b[4:])) == e.packed && int64(le32(b[8:])) == e.size:
		return b[12:]
	}
	return nil
}

func (a *zipArchive) overlap(e *zipEntry) *Error {
	return a.refuse(CodeLimitZipRatio, e.place(), "the entry overlaps another one or the directory")
}

// place names the entry for messages.
func (e *zipEntry) place() string { return cleanName(e.name) }

func le16(b []byte) uint16 { return binary.LittleEndian.Uint16(b) }
func le32(b []byte) uint32 { return binary.LittleEndian.Uint32(b) }
func le64(b []byte) uint64 { return binary.LittleEndian.Uint64(b) }
