package web

import (
	"strconv"

	"github.com/google/uuid"
)

// The paths of the pages. Links and redirects are made here only, never from input.

const (
	pathBoard          = "/"
	pathSignIn         = "/sign-in"
	pathSignOut        = "/sign-out"
	pathAccount        = "/account"
	pathPeople         = "/people"
	pathKeys           = "/keys"
	pathKeysFile       = "/keys.json"
	pathRules          = "/rules"
	pathLog            = "/log"
	pathCheckpoint     = "/log/checkpoint"
	pathExtension      = "/log/extension.json"
	pathNewIntegration = "/integrations/new"
	pathImport         = "/integrations/import"
)

func pathIntegration(id uuid.UUID) string { return "/integrations/" + id.String() }

func pathDescription(id uuid.UUID) string { return pathIntegration(id) + "/description" }

func pathVersions(id uuid.UUID) string { return pathIntegration(id) + "/versions" }

func pathExport(id uuid.UUID) string { return pathIntegration(id) + "/integration.yaml" }

func pathConsultant(id uuid.UUID) string { return pathIntegration(id) + "/consultant" }

func pathChecklist(id uuid.UUID) string { return pathIntegration(id) + "/checklist" }

func pathItem(id uuid.UUID, item string) string { return pathChecklist(id) + "/" + item }

func pathRuns(id uuid.UUID) string { return pathIntegration(id) + "/runs" }

func pathRun(id, run uuid.UUID) string { return pathRuns(id) + "/" + run.String() }

// pathCompare leads to two runs side by side.
func pathCompare(id, run, other uuid.UUID) string {
	return pathRun(id, run) + "/compare/" + other.String()
}

func pathCapture(id, capture uuid.UUID) string {
	return pathIntegration(id) + "/captures/" + capture.String()
}

// pathHop leads to a row; the query makes the page show it, wherever it stands.
func pathHop(id, capture uuid.UUID, entry int) string {
	hop := strconv.Itoa(entry + 1)
	return pathCapture(id, capture) + "?hop=" + hop + "#hop-" + hop
}

// pathCoverage leads to what an integration's test runs show together.
func pathCoverage(id uuid.UUID) string { return pathIntegration(id) + "/coverage" }

// pathRule leads to what a rule says.
func pathRule(rule string) string { return pathRules + "#" + rule }

func pathReview(id uuid.UUID) string { return pathIntegration(id) + "/review" }

func pathWalkthrough(id uuid.UUID) string { return pathIntegration(id) + "/walkthrough" }

func pathPackets(id uuid.UUID) string { return pathIntegration(id) + "/packets" }

func pathHistory(id uuid.UUID) string { return pathIntegration(id) + "/history" }

// pathLogEntry leads to one entry of the audit log with its proof.
func pathLogEntry(id, entry uuid.UUID) string { return pathHistory(id) + "/" + entry.String() }

// pathLogProof leads to that proof as a file.
func pathLogProof(id, entry uuid.UUID) string { return pathLogEntry(id, entry) + "/proof.json" }
