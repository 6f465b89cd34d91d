package jobs

import (
	"context"
	"errors"
	"time"

	"github.com/riverqueue/river"

	"github.com/proofwalk/proofwalk/internal/app"
)

// judgeAgain judges the stored runs of one integration; an attempt after a
// restart goes on with the runs that are left.
type judgeAgain struct {
	river.WorkerDefaults[app.JudgeAgainArgs]
	app   *app.App
	judge app.Judge
}

// newerProgram is how long a job waits for a server that has its rule set.
const newerProgram = 30 * time.Second

// Work judges, unless another server's rule set is asked for: then it leaves
// the job to that one.
func (w *judgeAgain) Work(ctx context.Context, job *river.Job[app.JudgeAgainArgs]) error {
	if job.Args.RuleSet > w.judge.RuleSet {
		return river.JobSnooze(newerProgram)
	}
	return w.app.JudgeAgain(ctx, w.judge, job.Args.IntegrationID)
}

// Timeout is for many runs of long transcripts.
func (w *judgeAgain) Timeout(*river.Job[app.JudgeAgainArgs]) time.Duration { return 30 * time.Minute }

// ageEvidence marks the items whose evidence has grown too old. It also asks for
// what is left to be judged again: a server of the version before may have
// judged an upload after this one had started.
type ageEvidence struct {
	river.WorkerDefaults[app.AgeEvidenceArgs]
	app *app.App
}

// Work looks at all integrations.
func (w *ageEvidence) Work(ctx context.Context, _ *river.Job[app.AgeEvidenceArgs]) error {
	return errors.Join(w.app.AgeEvidence(ctx), w.app.RequestJudging(ctx))
}

// agePeriod is how often the age of evidence is looked at. One server of
// several enqueues it.
const agePeriod = time.Hour

func periodicJobs() []*river.PeriodicJob {
	return []*river.PeriodicJob{river.NewPeriodicJob(river.PeriodicInterval(agePeriod),
		func() (river.JobArgs, *river.InsertOpts) { return app.AgeEvidenceArgs{}, nil }, &river.PeriodicJobOpts{RunOnStart: true})}
}
