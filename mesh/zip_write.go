package mesh

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"io"
	"math"

	"github.com/klauspost/compress/flate"
)

// A zipWriter writes an archive of deflated entries. Sizes stand in front of
// the data and every entry has the same date, so that the same content gives
// the same bytes. Archives end below 4 GiB.
type zipWriter struct {
	w         io.Writer
	offset    int64
	directory bytes.Buffer
	count     int
}

const (
	zipVersion = 20                 // of the format: deflate
	zipDate    = 0<<9 | 1<<5 | 1    // 1 January 1980
	zipMost    = math.MaxUint32 - 1 // bytes of an entry or of the archive
)

// add appends an entry whose content is what write writes.
func (z *zipWriter) add(name string, write func(io.Writer) error) error {
	var packed bytes.Buffer
	deflater, err := flate.NewWriter(&packed, flate.DefaultCompression)
	if err != nil {
		return err
	}
	content := &countingWriter{w: deflater}
	if err := write(content); err != nil {
		return err
	}
	if err := deflater.Close(); err != nil {
		return err
	}
	if content.n > zipMost || z.offset+int64(packed.Len()) > zipMost {
		return refuse(Format3MF, CodeLimitFile, "", "the file would be larger than 4 GiB; write another format")
	}
	// The part that local and central header share.
	var common []byte
	for _, v := range [...]uint16{zipVersion, 0, zipDeflated, 0, zipDate} {
		common = binary.LittleEndian.AppendUint16(common, v)
	}
	for _, v := range [...]uint32{content.crc, uint32(packed.Len()), uint32(content.n)} {
		common = binary.LittleEndian.AppendUint32(common, v)
	}
	common = binary.LittleEndian.AppendUint16(common, uint16(len(name)))
	common = append(common, 0, 0) // no extra field

	z.directory.WriteString(zipCentralMagic)
	z.directory.Write([]byte{zipVersion, 0})
	z.directory.Write(common)
	z.directory.Write(make([]byte, 10)) // no comment, volume 0, no attributes
	z.directory.Write(binary.LittleEndian.AppendUint32(nil, uint32(z.offset)))
	z.directory.WriteString(name)
	z.count++
	return z.write([]byte(zipLocalMagic), common, []byte(name), packed.Bytes())
}

// close writes the directory.
func (z *zipWriter) close() error {
	end := []byte(zipEndMagic)
	for _, v := range [...]uint16{0, 0, uint16(z.count), uint16(z.count)} {
		end = binary.LittleEndian.AppendUint16(end, v)
	}
	end = binary.LittleEndian.AppendUint32(end, uint32(z.directory.Len()))
	end = binary.LittleEndian.AppendUint32(end, uint32(z.offset))
	return z.write(z.directory.Bytes(), end, []byte{0, 0})
}

func (z *zipWriter) write(pieces ...[]byte) error {
	for _, p := range pieces {
		n, err := z.w.Write(p)
		z.offset += int64(n)
		if err != nil {
			return err
		}
	}
	return nil
}

// A countingWriter counts bytes and their checksum.
type countingWriter struct {
	w   io.Writer
	n   int64
	crc uint32
}

func (c *countingWriter) Write(p []byte) (int, error) {
	n, err := c.w.Write(p)
	c.n += int64(n)
	c.crc = crc32.Update(c.crc, crc32.IEEETable, p[:n])
	return n, err
}
