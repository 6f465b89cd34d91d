package pdf

import (
	"strings"
	"testing"
)

// names are names of people and towns in the scripts that are set without a font
// folder.
var names = map[string][]string{
	"Latin":      {"Zażółć Gęślą", "Þórður Ægir", "Işık Çağlar", "Đặng Thị Ngọc Ánh", "Nguyễn Văn Ước", "Łucja Świątek", "José Muñoz", "Zoë Crème"},
	"Greek":      {"Ελένη Παπαδοπούλου", "Ἀριστοτέλης", "Γιώργος Ξανθός"},
	"Cyrillic":   {"Съешь Ещё", "Олександр Їжакевич", "Ђорђе Љубић"},
	"Arabic":     {"محمد علي", "علاء الدين", "لالا", "فاطمة الزهراء", "إسلام", "الآن", "بسم الله", "شُكْرًا", "پژمان چوبک", "می\u200cخواهم", "ڈاکٹر محمّد اقبال", "مُحَمَّدٌ", "الأَوَّلُ", "لَا إِلَٰهَ", "بِلَالٌ", "أحمد الإسكندري"},
	"Hebrew":     {"דוד בן־גוריון", "שרה לוי", "שָׁלוֹם", "יְרוּשָׁלַיִם", "רחל (רוחי) כהן", "צה״ל", "בְּרֵאשִׁית", "מֹשֶׁה", "שַׁי", "הוּא"},
	"Devanagari": {"नरेन्द्र मोदी", "कृष्णमूर्ति", "श्री राम", "हिन्दी", "क्षत्रिय", "ज्ञानेश्वर", "प्रियंका चोपड़ा", "र्\u200dया", "विश्वनाथ शर्मा"},
}

// unmarked drops the marks of direction that pdftotext puts around text from
// right to left.
var unmarked = strings.NewReplacer("\u202A", "", "\u202B", "", "\u202C", "", "\u200E", "", "\u200F", "")

func TestNamesComeBack(t *testing.T) {
	t.Parallel()
	for script, list := range names {
		d := plainDoc()
		for i, n := range list {
			// As in a report, most of the page is English: pdftotext takes the
			// direction of a page's majority for that of its lines.
			d.Add(Paragraph{Spans: []Span{T(strings.Repeat("What the partner declared and what was shown. ", 3))}})
			d.Add(Paragraph{Spans: []Span{T("A" + itoa(i) + " "), T(n), T(" Z" + itoa(i))}},
				Paragraph{Spans: []Span{B(n)}}, Paragraph{Spans: []Span{M(n)}}, Paragraph{Spans: []Span{{Text: n, Chip: &Chip{Border: Edge}}}})
		}
		out, path := rendered(t, d)
		if out.Unprintable != 0 {
			t.Errorf("%s: %d characters have no glyph", script, out.Unprintable)
		}
		text := unmarked.Replace(tool(t, "pdftotext", path, "-"))
		for i, n := range list {
			if got := strings.Count(text, n); got != 4 {
				t.Errorf("%s: %q (%+q) is found %d times, want 4", script, n, n, got)
			}
			place := strings.ReplaceAll("A"+itoa(i)+n+"Z"+itoa(i), " ", "")
			if !strings.Contains(strings.ReplaceAll(text, " ", ""), place) {
				t.Errorf("%s: %q has lost its place", script, n)
			}
		}
		if testing.Verbose() {
			t.Logf("%+q", text)
		}
	}
}
