'use client'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { debounce, parseAsInteger, parseAsString, parseAsStringLiteral, useQueryStates } from 'nuqs'
import { errorText, get } from '@/components/frame/api.ts'
import { Button } from '@/components/ui/button.tsx'
import { Failure, Skeleton } from '@/components/ui/empty.tsx'
import { Field, Input, Select } from '@/components/ui/field.tsx'
import { Section } from '@/components/ui/page.tsx'
import { Segmented } from '@/components/ui/segmented.tsx'
import type { AutopilotView, SimulationView } from '@/lib/model/answers/autopilot.ts'
import { SimulatedTable } from './SimulatedTable.tsx'
import { SimulatedTimeline } from './SimulatedTimeline.tsx'
import { simulatedWords, whereText } from './words.ts'

const LICENCES = ['earned', 'given'] as const
const QUESTION = {
  advisor: parseAsString,
  where: parseAsString.withOptions({ limitUrlUpdates: debounce(400) }),
  days: parseAsInteger.withDefault(30),
  licence: parseAsStringLiteral(LICENCES).withDefault('earned'),
  perHour: parseAsInteger.withOptions({ limitUrlUpdates: debounce(400) }),
}

/** Replays the last days: what a policy would have done, when, with what predicted effect. The question is the address. */
export function Simulator({ autopilot: { items, fit } }: { autopilot: AutopilotView }) {
  const [asked, ask] = useQueryStates(QUESTION, { scroll: false })
  const [first] = items
  const advisor = asked.advisor ?? first?.advisor ?? fit[0]!.advisor
  const where = asked.where ?? (first && first.advisor === advisor ? whereText(first.where) : '')
  const perHour = asked.perHour ?? items.find((one) => one.advisor === advisor)?.max.perHour ?? 4
  const query = { advisor, where, days: asked.days, licence: asked.licence, perHour }
  const { data, error, isFetching, refetch } = useQuery({
    queryKey: ['autopilot', 'simulate', query],
    queryFn: ({ signal }) => get<SimulationView>('autopilot/simulate', query, signal),
    placeholderData: keepPreviousData,
    retry: false,
    refetchOnWindowFocus: false,
  })
  return (
    <Section title="What it would have done" note="Stored proposals of the past, replayed under the policy’s licence and limits." flush>
      <search className="flex flex-wrap items-end gap-3 px-4 pb-3">
        <Field label="Remedy">
          {(props) => (
            <Select
              {...props}
              options={fit.map((one) => ({ value: one.advisor, label: one.title }))}
              value={advisor}
              onChange={(event) => void ask({ advisor: event.target.value, where: null, perHour: null })}
            />
          )}
        </Field>
        <Field label="Where">
          {(props) => (
            <Input
              {...props}
              className="w-40"
              placeholder="team=shop"
              value={where}
              onChange={(event) => void ask({ where: event.target.value })}
            />
          )}
        </Field>
        <Field label="Steps an hour">
          {(props) => (
            <Input
              {...props}
              className="w-24"
              type="number"
              min={1}
              max={1000}
              value={perHour}
              onChange={(event) => void ask({ perHour: Number(event.target.value) || null })}
            />
          )}
        </Field>
        <div className="flex flex-wrap gap-3 pb-5">
          <Segmented
            label="Time"
            value={String(asked.days)}
            onChange={(days) => void ask({ days: Number(days) })}
            options={['1', '7', '30'].map((value) => ({ value, label: value === '1' ? '1 day' : `${value} days` }))}
          />
          <Segmented
            label="Licence"
            value={asked.licence}
            onChange={(licence) => void ask({ licence })}
            options={[
              { value: 'earned', label: 'Licence as earned' },
              { value: 'given', label: 'As if licensed' },
            ]}
          />
          <Button busy={isFetching} onClick={() => void refetch()}>
            Replay
          </Button>
        </div>
      </search>
      {error && <Failure tried="The past could not be replayed." answer={errorText(error)} />}
      {!data && !error && <Skeleton className="mx-4 h-40" />}
      {data && !error && (
        <div aria-busy={isFetching}>
          <p className="max-w-prose px-4 pb-2">{simulatedWords(data)}</p>
          {data.steps.length > 0 && <SimulatedTimeline simulation={data} />}
          {data.steps.length > 0 && <SimulatedTable steps={data.steps} />}
          <details className="px-4 py-3 text-sm">
            <summary className="cursor-pointer text-dim">What this cannot know</summary>
            <ul className="mt-1 max-w-prose list-disc pl-5 text-dim">
              {data.unknown.map((sentence) => (
                <li key={sentence}>{sentence}</li>
              ))}
            </ul>
          </details>
        </div>
      )}
    </Section>
  )
}
