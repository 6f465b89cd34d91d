package app_test

import (
	"go/ast"
	"go/parser"
	gotoken "go/token"
	"maps"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/proofwalk/proofwalk/internal/app"
	"github.com/proofwalk/proofwalk/internal/apperr"
	"github.com/proofwalk/proofwalk/internal/auth"
	"github.com/proofwalk/proofwalk/internal/checklist"
	"github.com/proofwalk/proofwalk/internal/integration"
	"github.com/proofwalk/proofwalk/internal/store"
	"github.com/proofwalk/proofwalk/internal/testkit"
	"github.com/proofwalk/proofwalk/internal/walkthrough"
)

// canary looks like a credential that a reason could pass.
const canary = "ghp_" + "aB3dE6gH9jK2mN5pQ8sT1vW4xY7zA0cD1eF2"

// typedField is one text of a write use case: what happens when it is the canary.
type typedField struct {
	field string // that the refusal names
	item  string // that the refusal names, empty for none
	act   func(text string) error
}

// typedFields lists every text that a write use case takes from people, by
// method and parameter as they stand in the source.
func typedFields(t *testing.T, m team, id uuid.UUID) map[string]typedField {
	ctx, member, admin, dana := t.Context(), app.Command{Actor: m.member}, app.Command{Actor: m.admin}, app.Command{Actor: m.consultant}
	provider := app.Command{Actor: m.provider}
	ref := m.ref(t, id, "RDY-02")
	remark, link := app.RemarkRef{Integration: id, Remark: uuid.New(), RowVersion: 1}, "token"
	i := m.find(t, id)
	plan := func(change func(p *app.WalkthroughPlan)) error {
		p := m.plan(id, 0)
		change(&p)
		return m.app.PlanWalkthrough(ctx, dana, p)
	}
	invite := func(p app.NewPerson) error {
		_, err := m.app.InviteUser(ctx, provider, app.Invitation{NewPerson: p, Partner: m.partner, PartnerRole: auth.PartnerMember})
		return err
	}
	setUp := func(p app.NewPerson) error {
		_, err := m.app.UseLink(ctx, "", link, p)
		return err
	}
	declare := func(d app.Declaration) error {
		d.ConfigurationVersion = i.ConfigurationVersion
		_, err := m.app.DeclareNames(ctx, admin, id, d)
		return err
	}
	return map[string]typedField{
		"AddTextEvidence.text": {"text", "RDY-02", func(s string) error {
			return m.app.AddTextEvidence(ctx, member, ref, checklist.EvidenceDeclaration, s)
		}},
		"AddDocumentEvidence.text": {"text", "RDY-02", func(s string) error {
			return m.app.AddDocumentEvidence(ctx, member, ref, checklist.EvidenceDeclaration, s, app.Document{Name: "a.txt", Body: strings.NewReader("fine")})
		}},
		"AddDocumentEvidence.d.Name": {"document", "RDY-02", func(s string) error {
			return m.app.AddDocumentEvidence(ctx, member, ref, checklist.EvidenceDeclaration, "fine", app.Document{Name: s + ".txt", Body: strings.NewReader("fine")})
		}},
		"AddDocumentEvidence.d.Body": {"document", "RDY-02", func(s string) error {
			return m.app.AddDocumentEvidence(ctx, member, ref, checklist.EvidenceDeclaration, "fine", app.Document{Name: "a.txt", Body: strings.NewReader(s)})
		}},
		"CommentOnItem.text":          {"comment", "RDY-02", func(s string) error { return m.app.CommentOnItem(ctx, member, id, "RDY-02", s) }},
		"CommentOnEntry.text":         {"comment", "", func(s string) error { return m.app.CommentOnEntry(ctx, member, id, uuid.New(), 0, s) }},
		"SetItemNotApplicable.reason": {"reason", "RDY-02", func(s string) error { return m.app.SetItemNotApplicable(ctx, member, ref, s) }},
		"RewordItem.title":            {"title", "RDY-02", func(s string) error { return m.app.RewordItem(ctx, dana, ref, s, "fine", true) }},
		"RewordItem.help":             {"help", "RDY-02", func(s string) error { return m.app.RewordItem(ctx, dana, ref, "fine", s, true) }},
		"AddRemark.remark.Text": {"remark", "RDY-02", func(s string) error {
			return m.app.AddRemark(ctx, dana, id, "RDY-02", app.NewRemark{Text: s})
		}},
		"AddRemark.remark.Param": {"param", "RDY-02", func(s string) error {
			return m.app.AddRemark(ctx, dana, id, "RDY-02", app.NewRemark{Text: "fine", Param: s})
		}},
		"ReturnItem.remarks.Text": {"remark", "RDY-02", func(s string) error { return m.app.ReturnItem(ctx, dana, ref, []app.NewRemark{{Text: s}}) }},
		"ReturnItem.remarks.Param": {"param", "RDY-02", func(s string) error {
			return m.app.ReturnItem(ctx, dana, ref, []app.NewRemark{{Text: "fine", Param: s}})
		}},
		"AnswerRemark.answer": {"answer", "", func(s string) error { return m.app.AnswerRemark(ctx, member, remark, s) }},
		"WithdrawPacket.reason": {"reason", "", func(s string) error {
			return m.app.WithdrawPacket(ctx, dana, id, uuid.New(), s)
		}},
		"WaiveRemark.reason": {"reason", "", func(s string) error { return m.app.WaiveRemark(ctx, dana, remark, s) }},
		"DecideRevision.d.Reasons": {"reasons", "", func(s string) error {
			return m.app.DecideRevision(ctx, dana, app.ReviewDecision{Integration: id, State: store.RevisionReturned, Reasons: s})
		}},
		"PlanWalkthrough.plan.Place":       {"place", "", func(s string) error { return plan(func(p *app.WalkthroughPlan) { p.Place = s }) }},
		"PlanWalkthrough.plan.People.Name": {"drives", "", func(s string) error { return plan(func(p *app.WalkthroughPlan) { p.People[0].Name = s }) }},
		"MarkStep.m.Observation": {"observation", "", func(s string) error {
			return m.app.MarkStep(ctx, dana, app.StepMark{Integration: id, N: 1, Mark: walkthrough.NotConfirmed, Observation: s})
		}},
		"RecordOutcome.reasons": {"reasons", "", func(s string) error {
			return m.app.RecordOutcome(ctx, dana, app.WalkthroughRef{Integration: id}, walkthrough.NoGo, s)
		}},
		"CreateTestRun.run.Release": {"release", "", func(s string) error {
			_, err := m.app.CreateTestRun(ctx, member, app.NewTestRun{Integration: id, Scenario: "happy-path", TestUser: i.Config.TestUsers[0], Release: s})
			return err
		}},
		"CreateTestRun.run.TestUser": {"test_user", "", func(s string) error {
			_, err := m.app.CreateTestRun(ctx, member, app.NewTestRun{Integration: id, Scenario: "happy-path", TestUser: s})
			return err
		}},
		"CreateTestRun.run.Scenario": {"scenario", "", func(s string) error {
			_, err := m.app.CreateTestRun(ctx, member, app.NewTestRun{Integration: id, Scenario: s, TestUser: i.Config.TestUsers[0]})
			return err
		}},
		"CreatePartner.name":          {"partner", "", func(s string) error { _, err := m.app.CreatePartner(ctx, provider, s); return err }},
		"SaveProviderContact.address": {"contact", "", func(s string) error { return m.app.SaveProviderContact(ctx, provider, s+"@example.org") }},
		"SaveRawUploads.rawUploads":   {"raw_uploads", "", func(s string) error { return m.app.SaveRawUploads(ctx, admin, m.partner, 1, s) }},
		"InviteUser.in.Name":          {"name", "", func(s string) error { return invite(app.NewPerson{Name: s, Email: "a@northfall.example"}) }},
		"InviteUser.in.Email":         {"email", "", func(s string) error { return invite(app.NewPerson{Name: "Ann", Email: s + "@northfall.example"}) }},
		"UseLink.person.Name":         {"name", "", func(s string) error { return setUp(app.NewPerson{Name: s, Email: "a@northfall.example"}) }},
		"UseLink.person.Email":        {"email", "", func(s string) error { return setUp(app.NewPerson{Name: "Ann", Email: s + "@northfall.example"}) }},
		"AddPasskey.name":             {"name", "", func(s string) error { _, err := m.app.AddPasskey(ctx, member, auth.Credential{}, s); return err }},
		"DeclareNames.d.OwnHosts":     {"own_host", "", func(s string) error { return declare(app.Declaration{OwnHosts: []string{s}}) }},
		"DeclareNames.d.ThirdPartyHosts": {"third_party_host", "", func(s string) error {
			return declare(app.Declaration{ThirdPartyHosts: []string{s}})
		}},
		"DeclareNames.d.Paths":  {"path", "", func(s string) error { return declare(app.Declaration{Paths: []string{"/" + s}}) }},
		"DeclareNames.d.Titles": {"title", "", func(s string) error { return declare(app.Declaration{Titles: []string{s}}) }},
	}
}

// questionFields are the texts of questions, which need a packet.
func questionFields(t *testing.T, m team) map[string]typedField {
	t.Helper()
	ctx, member, id := t.Context(), app.Command{Actor: m.member}, m.create(t, "Member sign-in")
	m.ready(t, id)
	packet := m.packets(t, id)[0].ID
	must(t, m.app.BuildPacket(ctx, packet))
	return map[string]typedField{
		"AskQuestion.n.Text": {"question", "RDY-02", func(s string) error {
			_, err := m.app.AskQuestion(ctx, member, app.NewQuestion{Integration: id, Packet: packet, Anchor: "RDY-02", Text: s})
			return err
		}},
		"AnswerQuestion.answer": {"answer", "", func(s string) error {
			return m.app.AnswerQuestion(ctx, member, app.QuestionRef{Integration: id, Packet: packet, Question: uuid.New(), RowVersion: 1}, s)
		}},
	}
}

// notTyped are strings that a write use case takes and that are no text of
// people's: what each is instead.
var notTyped = map[string]string{
	"CommentOnItem.requirement": "finds an item", "AddRemark.requirement": "finds an item", "SignOff.part": "one of three words",
	"AddTextEvidence.ref.Requirement": "finds an item", "SignInWithPasskey.requestID": "made by the server", "SignInDemo.requestID": "made by the server",
	"UseLink.requestID": "made by the server", "UseLink.token": "is hashed and compared", "FindLink.token": "is hashed and compared",
	"ReadEntry.digest": "finds bytes", "StatusOfPacket.digest": "finds a packet", "CreateIntegration.cfg": "see TestEveryTextOfADescriptionIsGated", "SaveIntegration.cfg": "see TestEveryTextOfADescriptionIsGated",
	"SaveIntegration.agreement": "is compared",
	"AddCapture.in.File":        "is redacted while it is read", "AddCapture.in.Names": "holds digests and numbers only, or is refused", "StorePicture.r": "is decoded and made anew", "OpenKept.b": "is a signed note", "AskQuestion.n.Anchor": "finds a place", "PacketPicture.label": "finds a picture",
}

// Every text that people type is refused when it holds a credential, before it
// is stored, and the refusal names the field, and the item where there is one.
// A use case whose text is in neither list fails.
func TestEveryTypedTextIsGated(t *testing.T) {
	t.Parallel()
	m := newTeam(t)
	id := m.create(t, "Member sign-up")
	fields := typedFields(t, m, id)
	maps.Copy(fields, questionFields(t, m))
	for _, name := range textParameters(t) {
		_, listed := fields[name]
		method, _, _ := strings.Cut(name, ".")
		_, other := notTyped[name]
		if !listed && !other && !strings.HasSuffix(name, ".ref.Requirement") {
			t.Errorf("%s takes a text that no test sends a credential in: add %s", method, name)
		}
	}
	for name, f := range fields {
		err := f.act(canary)
		if name == "UseLink.person.Name" || name == "UseLink.person.Email" {
			continue // needs a link; see TestSetUpRefusesCredentials
		}
		if !apperr.Is(err, apperr.Invalid) {
			t.Errorf("%s: %v, want a refusal", name, err)
			continue
		}
		named := slices.ContainsFunc(apperr.FieldsOf(err), func(x apperr.Field) bool {
			return x.Name == f.field || strings.HasPrefix(x.Name, f.field+"[")
		})
		if !named || !strings.Contains(apperr.TextOf(err), f.item) {
			t.Errorf("%s: %q names %v, want field %s and item %q", name, apperr.TextOf(err), apperr.FieldsOf(err), f.field, f.item)
		}
		if strings.Contains(err.Error(), canary) {
			t.Errorf("%s: the refusal repeats what was typed", name)
		}
	}
}

// textParameters lists the strings, readers and byte slices that the exported
// methods of App take, by method and parameter, with the fields of this
// package's own structs: "AddRemark.remark.Text".
func textParameters(t *testing.T) []string {
	t.Helper()
	names, err := filepath.Glob("*.go")
	must(t, err)
	structs := map[string]*ast.StructType{"walkthrough.Person": {Fields: &ast.FieldList{List: []*ast.Field{{Names: []*ast.Ident{{Name: "Name"}}, Type: &ast.Ident{Name: "string"}}}}}}
	var methods []*ast.FuncDecl
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(gotoken.NewFileSet(), name, nil, 0)
		must(t, err)
		ast.Inspect(f, func(n ast.Node) bool {
			switch x := n.(type) {
			case *ast.TypeSpec:
				if s, ok := x.Type.(*ast.StructType); ok {
					structs[x.Name.Name] = s
				}
			case *ast.FuncDecl:
				if x.Recv != nil && x.Name.IsExported() && typeName(x.Recv.List[0].Type) == "App" {
					methods = append(methods, x)
				}
			}
			return true
		})
	}
	found := map[string]bool{}
	var gather func(name string, e ast.Expr)
	gather = func(name string, e ast.Expr) {
		switch kind := typeName(e); kind {
		case "string", "byte", "io.Reader", "integration.Config":
			found[name] = true
		case "Command":
		default:
			if s, ok := structs[kind]; ok {
				for _, f := range s.Fields.List {
					for _, n := range f.Names {
						gather(name+"."+n.Name, f.Type)
					}
					if len(f.Names) == 0 {
						gather(name, f.Type)
					}
				}
			}
		}
	}
	for _, f := range methods {
		for _, p := range f.Type.Params.List {
			for _, n := range p.Names {
				gather(f.Name.Name+"."+n.Name, p.Type)
			}
		}
	}
	if len(methods) < 50 || len(found) < 40 {
		t.Fatalf("found %d methods with %d texts: the search lost sight of them", len(methods), len(found))
	}
	return slices.Sorted(maps.Keys(found))
}

// typeName names a type of this package or another, without pointer and slice.
func typeName(e ast.Expr) string {
	switch x := e.(type) {
	case *ast.Ident:
		return x.Name
	case *ast.StarExpr:
		return typeName(x.X)
	case *ast.ArrayType:
		return typeName(x.Elt)
	case *ast.SelectorExpr:
		return typeName(x.X) + "." + x.Sel.Name
	}
	return ""
}

// Every string of a description, however deep, is refused with a credential in
// it, and the refusal names it; fields of a closed form refuse it as such.
func TestEveryTextOfADescriptionIsGated(t *testing.T) {
	t.Parallel()
	m := newTeam(t)
	id := m.create(t, "Member sign-up")
	version := m.find(t, id).RowVersion
	places := 0
	var visit func(v reflect.Value, path string, cfg func() integration.Config)
	visit = func(v reflect.Value, path string, cfg func() integration.Config) {
		switch v.Kind() {
		case reflect.Struct:
			for n := range v.NumField() {
				visit(v.Field(n), strings.TrimPrefix(path+"."+v.Type().Field(n).Tag.Get("yaml"), "."), cfg)
			}
		case reflect.Slice:
			old := reflect.ValueOf(v.Interface())
			v.Set(reflect.MakeSlice(v.Type(), 1, 1))
			visit(v.Index(0), path, cfg)
			v.Set(old)
		case reflect.String:
			old := v.String()
			v.SetString(canary)
			places++
			_, created := m.app.CreateIntegration(t.Context(), app.Command{Actor: m.admin}, m.partner, cfg())
			for act, err := range map[string]error{"create": created, "save": m.app.SaveIntegration(t.Context(), app.Command{Actor: m.admin}, id, version, cfg(), "")} {
				named := slices.ContainsFunc(apperr.FieldsOf(err), func(f apperr.Field) bool { return strings.HasPrefix(path, strings.Split(f.Name, "[")[0]) })
				if !apperr.Is(err, apperr.Invalid) || !named || strings.Contains(err.Error(), canary) {
					t.Errorf("%s with a credential in %s: %v %v", act, path, err, apperr.FieldsOf(err))
				}
			}
			v.SetString(old)
		}
	}
	cfg := sample("Another name")
	visit(reflect.ValueOf(&cfg).Elem(), "", func() integration.Config { return cfg })
	if places < 35 {
		t.Errorf("only %d texts of a description were tried", places)
	}
}

// The person who sets the server up types no credential either.
func TestSetUpRefusesCredentials(t *testing.T) {
	t.Parallel()
	a := testkit.App(t)
	address, err := a.NewSetupLink(t.Context())
	must(t, err)
	link := address[strings.LastIndex(address, "/")+1:]
	for field, p := range map[string]app.NewPerson{"name": {Name: canary, Email: "a@b.example"}, "email": {Name: "Ada", Email: canary + "@b.example"}} {
		_, err := a.UseLink(t.Context(), "", link, p)
		if fields := apperr.FieldsOf(err); len(fields) != 1 || fields[0].Name != field || strings.Contains(err.Error(), canary) {
			t.Errorf("%s: %v", field, err)
		}
	}
}
