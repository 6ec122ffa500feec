'use client'
import { Go, linkLook } from '@/components/frame/Go.tsx'
import { useApi } from '@/components/frame/useApi.ts'
import { Code } from '@/components/ui/code.tsx'
import { Failure } from '@/components/ui/empty.tsx'
import { Facts, PageHead, Section } from '@/components/ui/page.tsx'
import { Sentence } from '@/components/ui/sentence.tsx'
import { Status } from '@/components/ui/status.tsx'
import { duration, number } from '@/lib/format/format.ts'
import type { RulePageView } from '@/lib/model/answers/rule.ts'
import { RuleRecord } from './RuleRecord.tsx'
import { settingsText } from './settingsText.ts'
import { ThresholdTable } from './ThresholdTable.tsx'

/** The page of a rule: why it matters, when it is harmless, its record on this fleet, its thresholds with their reasons, and where it works. */
export function RulePage({ initialData }: { initialData: RulePageView }) {
  const { data: rule = initialData, error } = useApi<RulePageView>(['rules', initialData.id], `rules/${initialData.id}`, {
    initialData,
    everyMs: 10_000,
  })
  return (
    <>
      <PageHead title={rule.title} lead={<Lead rule={rule} />}>
        <Go href="/settings" className={linkLook}>
          All rules
        </Go>
      </PageHead>
      {error && <Failure tried="The rule could not be refreshed." answer={error.message} />}
      <div className="grid gap-x-8 lg:grid-cols-2">
        <Section title="Why it matters">
          <div className="flex max-w-prose flex-col gap-2">
            <Sentence text={rule.why} max={2_000} />
            {rule.costs.map(({ what, value }) => (
              <p key={what}>
                Now: <strong className="font-medium tabular-nums">{number(value)}</strong> {what}.
              </p>
            ))}
          </div>
        </Section>
        <Section title="When it is harmless">
          <p className="max-w-prose">
            <Sentence text={rule.harmless} max={2_000} />
          </p>
        </Section>
        <Section title="Its record on this fleet">
          <RuleRecord record={rule.record} />
        </Section>
        <Section title="What would mend it">
          <Remedies rule={rule} />
        </Section>
      </div>
      <Section title="Thresholds" note="Each default with its reason. They are set in evenkeel.yaml." flush>
        <ThresholdTable thresholds={rule.thresholds} />
      </Section>
      <div className="grid gap-x-8 lg:grid-cols-2">
        <Section title="What it reads">
          <Reads rule={rule} />
        </Section>
        <Section title="In the configuration">
          <Code label="Settings" text={settingsText(rule)} />
        </Section>
      </div>
    </>
  )
}

function Lead({ rule: { id, enabled, now } }: { rule: RulePageView }) {
  return (
    <span className="flex flex-wrap items-center gap-x-3 gap-y-1">
      <code className="font-mono text-xs">{id}</code>
      {!enabled && <Status tone="off">off</Status>}
      {enabled && (
        <Status tone={now.found > 0 ? 'warning' : now.clear > 0 ? 'ok' : 'info'}>
          {now.found} found, {now.clear} clear, {now.unjudged} unjudged
        </Status>
      )}
    </span>
  )
}

function Remedies({ rule: { remedies } }: { rule: RulePageView }) {
  if (remedies.length === 0)
    return <p className="max-w-prose text-dim">No setting that Evenkeel knows mends it: its finding says what a person can do.</p>
  return (
    <ul className="list-disc pl-4">
      {remedies.map(({ id, title }) => (
        <li key={id}>
          {title} <code className="font-mono text-dim text-xs">{id}</code>
        </li>
      ))}
    </ul>
  )
}

function Reads({ rule: { needs, also, learns, works, now } }: { rule: RulePageView }) {
  const here = works.filter((one) => one.here)
  return (
    <>
      <Facts
        facts={[
          ['Needs', needs.metrics.length > 0 ? needs.metrics.join(', ') : 'the state of targets'],
          also.length > 0 && ['Uses where reported', also.join(', ')],
          ['History', duration(needs.spanMs)],
          learns && ['After a start', 'silent for the learning time: it compares with what it has seen'],
          ...here.map(({ product, works, text }) => [product, works ? text : text.replace(/^no: /, 'does not report ')] as const),
        ]}
      />
      {now.because.length > 0 && (
        <>
          <h3 className="mt-3 mb-1 text-dim text-sm">Unjudged now because</h3>
          <ul className="list-disc pl-4 text-sm">
            {now.because.map((because) => (
              <li key={because}>
                <Sentence text={because} max={300} />
              </li>
            ))}
          </ul>
        </>
      )}
    </>
  )
}
