package mesh

import (
	"bytes"
	"context"
	"encoding/xml"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"
)

// scanXML returns the tokens of a document as lines, and the error at its end.
func scanXML(source io.Reader, size int64) (tokens []string, err error) {
	limits := DefaultLimits()
	s := newXMLScanner(context.Background(), source, size, "", "", &limits, "urn:known")
	var text strings.Builder
	flush := func() {
		if t := strings.Join(strings.Fields(text.String()), " "); t != "" {
			tokens = append(tokens, "text "+t)
		}
		text.Reset()
	}
	for {
		token, err := s.next()
		if err != nil {
			return tokens, err
		}
		if token != xmlText {
			flush()
		}
		switch token {
		case xmlStart:
			line := fmt.Sprintf("start %q %s", s.spaces[s.name.space], s.name.local)
			for _, a := range s.attrs {
				line += fmt.Sprintf(" %q %s=%q", s.spaces[a.space], a.local, a.value)
			}
			tokens = append(tokens, line)
		case xmlEnd:
			tokens = append(tokens, fmt.Sprintf("end %q %s", s.spaces[s.name.space], s.name.local))
		case xmlText:
			text.Write(s.text)
		case xmlEOF:
			if s.depth() != 0 {
				return tokens, fmt.Errorf("%d elements are open", s.depth())
			}
			return tokens, nil
		}
	}
}

// decodeXML does the same with the decoder of the standard library.
func decodeXML(source io.Reader) (tokens []string, err error) {
	d := xml.NewDecoder(source)
	var text strings.Builder
	flush := func() {
		if t := strings.Join(strings.Fields(text.String()), " "); t != "" {
			tokens = append(tokens, "text "+t)
		}
		text.Reset()
	}
	for {
		token, err := d.Token()
		if err == io.EOF {
			return tokens, nil
		} else if err != nil {
			return tokens, err
		}
		if _, ok := token.(xml.CharData); !ok {
			switch token.(type) {
			case xml.StartElement, xml.EndElement:
				flush()
			}
		}
		switch t := token.(type) {
		case xml.StartElement:
			line := fmt.Sprintf("start %q %s", t.Name.Space, t.Name.Local)
			for _, a := range t.Attr {
				space := a.Name.Space
				if space == "xmlns" || space == "" && a.Name.Local == "xmlns" {
					space = uriXMLNS
				}
				line += fmt.Sprintf(" %q %s=%q", space, a.Name.Local, a.Value)
			}
			tokens = append(tokens, line)
		case xml.EndElement:
			tokens = append(tokens, fmt.Sprintf("end %q %s", t.Name.Space, t.Name.Local))
		case xml.CharData:
			text.Write(t)
		}
	}
}

var xmlDocuments = []string{
	`<a/>`, `<a></a>`, "\xef\xbb\xbf<?xml version=\"1.0\" encoding='UTF-8'?>\n<!-- c --><a b = '1' c=\"<\"/>",
	`<a xmlns="urn:known" xmlns:p="urn:q" p:b="1" c='"&lt;&#65;&#x41;&apos;'><p:d p:b="" b=""/><e xmlns="">t &amp; t<![CDATA[<x>]]]></e></a>`,
	`<a>x<b>y</b>z<!-- -- --></a>`, `<a b="1" b="2"/>`, `<a xmlns:p="u" xmlns:q="u" p:b="" q:b=""/>`, `<p:a/>`, `<a><b></a></b>`,
	`<a/><b/>`, `<!DOCTYPE a><a/>`, `<a>&e;</a>`, `<a>]]></a>`, `<a b=1/>`, `<a b/>`, `<a:/>`, `<:a/>`, `<1/>`, `<a`, `<a>`, `</a>`, `a`, ``, ` `,
	"<a>\x00</a>", "<a b=\"\x01\"/>", "<a>\xff</a>", `<a xml:lang="x" xml:y="z"/>`, `<a xmlns:xml="urn:x"/>`, `<a xmlns:p=""/>`, `<?xml version="1.0"?><?p i?><a/><?p?>`,
	` <?xml version="1.0"?><a/>`, `<a><?xml?></a>`, `<a><!-- - --></a>`, `<a><!---></a>`, "<a>\r\n</a>", "\xff\xfe<\x00a\x00/\x00>\x00", "\xfe\xff\x00<\x00a\x00/\x00>",
	`<?xml version="1.0" encoding="latin1"?><a/>`, `<a é="ü">ß</a>`, strings.Repeat("<a>", 64) + strings.Repeat("</a>", 64),
	`<a b="` + strings.Repeat("x", 5000) + `">` + strings.Repeat("y ", 70_000) + `</a>`, `<a><![CDATA[` + strings.Repeat("é", 70_000) + `]]></a>`,
	`<a>` + strings.Repeat("&amp;", 30_000) + strings.Repeat("]", 70_000) + `</a>`,
}

// checkXML checks that a document gives the same tokens however it comes, and
// that what is accepted is what the decoder of the standard library sees.
func checkXML(t *testing.T, data []byte) {
	whole, err := scanXML(bytes.NewReader(data), int64(len(data)))
	bits, bitsErr := scanXML(iotest.OneByteReader(bytes.NewReader(data)), 0)
	// Of two faults, invalid UTF-8 is seen where a piece of the document is
	// read, any other where it is scanned.
	if (err == nil) != (bitsErr == nil) || err == nil && strings.Join(whole, "\n") != strings.Join(bits, "\n") {
		t.Fatalf("whole: %v, %v\nbyte by byte: %v, %v", whole, err, bits, bitsErr)
	}
	if err != nil {
		if _, ok := err.(*Error); !ok {
			t.Fatalf("%v is no *Error", err)
		}
		return
	}
	for _, c := range data {
		// The standard library knows no UTF-16, is stricter with names
		// beyond ASCII, and keeps carriage returns of references only.
		if c == 0 || c >= 0x80 || c == '\r' {
			return
		}
	}
	standard, err := decodeXML(bytes.NewReader(data))
	if err != nil {
		if strings.Contains(err.Error(), "encoding") || strings.Contains(err.Error(), "version") {
			return // in the declaration, of which only the encoding matters
		}
		t.Fatalf("accepted, but %v", err)
	}
	if strings.Join(whole, "\n") != strings.Join(standard, "\n") {
		t.Fatalf("tokens\n%s\nwant\n%s", strings.Join(whole, "\n"), strings.Join(standard, "\n"))
	}
}

func TestXMLScanner(t *testing.T) {
	for _, d := range xmlDocuments {
		checkXML(t, []byte(d))
	}
}

func FuzzXML(f *testing.F) {
	for _, d := range xmlDocuments {
		if len(d) < 1000 {
			f.Add([]byte(d))
		}
	}
	f.Fuzz(checkXML)
}

// BenchmarkXMLScanner reads elements in the way of most models.
func BenchmarkXMLScanner(b *testing.B) {
	doc := []byte("<model>" + strings.Repeat("\n\t\t<vertex x=\"12.345678\" y=\"-0.5\" z=\"1e-05\" />", 100_000) + "</model>")
	limits := DefaultLimits()
	b.SetBytes(int64(len(doc)))
	for b.Loop() {
		s := newXMLScanner(b.Context(), bytes.NewReader(doc), int64(len(doc)), "", "", &limits)
		for n := 0; ; n++ {
			token, err := s.next()
			if err != nil {
				b.Fatal(err)
			}
			if token == xmlEOF {
				if n != 200_002 {
					b.Fatal(n)
				}
				break
			}
		}
	}
}
