'use client'
import { Suspense, useEffect, useMemo, useRef, useState } from 'react'
import { errorText, path } from '@/components/frame/api.ts'
import { noOperatorBecause } from '@/components/frame/noChange.ts'
import { useApi } from '@/components/frame/useApi.ts'
import { usePages } from '@/components/frame/usePages.ts'
import { isCache } from '@/components/targets/words.ts'
import { CopyButton } from '@/components/ui/code.tsx'
import { Empty, Failure, Skeleton } from '@/components/ui/empty.tsx'
import { Select } from '@/components/ui/field.tsx'
import { PageHead } from '@/components/ui/page.tsx'
import { safe } from '@/lib/format/format.ts'
import type { FrameView } from '@/lib/model/answers/frame.ts'
import type { Page } from '@/lib/model/answers/shape.ts'
import type { FactView, TargetView } from '@/lib/model/answers/target.ts'
import type { TraceView } from '@/lib/model/answers/trace.ts'
import { liveSettings } from './change.ts'
import { LabBench } from './LabBench.tsx'
import type { Source } from './question.ts'
import { targetInfo, traceInfo, unitOf } from './source.ts'
import { Traces } from './Traces.tsx'
import { type LabState, type PutLab, useLabState } from './useLabState.ts'

type Props = { targets: Page<TargetView>; traces: Page<TraceView> }

const TITLE = 'Memory and TTL lab'

/** The page of the memory and TTL lab: what a cache would hit in another size, with another policy or TTL. The address holds all of it. */
export function CurvesPage(props: Props) {
  return (
    <Suspense fallback={<PageHead title={TITLE} lead="Opening the link." />}>
      <Lab {...props} />
    </Suspense>
  )
}

function Lab({ targets: firstTargets, traces: firstTraces }: Props) {
  const targets = usePages<TargetView>(['targets'], 'targets', { initialData: firstTargets, everyMs: 10_000, all: true })
  const traces = usePages<TraceView>(['traces'], 'traces', { initialData: firstTraces, everyMs: 30_000, all: true })
  const { data: frame } = useApi<FrameView>(['frame'], 'frame', { everyMs: 10_000 })
  const below = useRef<HTMLDivElement>(null)
  const caches = targets.items.filter(isCache)
  const [state, put] = useLabState(useFirstSource(traces.items, caches))
  const { source } = state
  const toUpload = () => {
    below.current?.scrollIntoView({ block: 'start' })
    below.current?.querySelector<HTMLElement>('[data-drop] button')?.focus({ preventScroll: true })
  }
  return (
    <>
      <PageHead title={TITLE} lead="What a cache would hit, before it is changed.">
        {caches.length + traces.items.length > 0 && (
          <SourceSelect source={source} caches={caches} traces={traces.items} onChange={put.source} />
        )}
        {source && <CopyLink state={state} source={source} />}
      </PageHead>
      {state.unread.length > 0 && (
        <p className="px-4 py-1 text-sm text-warning-text">
          A part of this link cannot be read, and the default stands in its place: {state.unread.map((part) => safe(part, 60)).join('; ')}.
        </p>
      )}
      {source ? (
        <OneSource key={idOf(source)} {...{ source, state, put, toUpload }} caches={caches} traces={traces.items} />
      ) : (
        <Empty title="Nothing is opened yet">
          {caches.length > 0 ? 'Choose a cache above, or upload' : 'No cache is watched yet. Upload'} a trace of requests below: its curve
          says what a cache of each size would hit, with any policy and TTL.
        </Empty>
      )}
      <div ref={below}>
        <Traces
          traces={traces.items}
          selected={source && 'trace' in source ? source.trace : null}
          because={noOperatorBecause(frame)}
          onOpen={(trace) => {
            put.source({ trace })
            window.scrollTo({ top: 0 })
          }}
          onDeleted={(id) => {
            if (source && 'trace' in source && source.trace === id) put.source(null)
          }}
        />
      </div>
    </>
  )
}

type Known = { caches: TargetView[]; traces: TraceView[] }

/**
 * What is opened without a choice: the newest trace, else the first cache with references. It is held: a trace that a colleague uploads
 * meanwhile does not take its place.
 */
function useFirstSource(traces: TraceView[], caches: TargetView[]): Source | null {
  const [held, setHeld] = useState<string | null>(null)
  const trace = traces.some(({ id }) => id === held) ? held : (traces[0]?.id ?? null)
  const target = caches.find(hasReferences)?.name ?? null
  useEffect(() => setHeld(trace), [trace])
  return useMemo(() => (trace !== null ? { trace } : target !== null ? { target, match: '' } : null), [trace, target])
}

const idOf = (source: Source) => ('trace' in source ? `trace:${source.trace}` : `target:${source.target}`)

function OneSource(props: { source: Source; state: LabState; put: PutLab; toUpload: () => void } & Known) {
  return 'trace' in props.source ? <OfTrace {...props} id={props.source.trace} /> : <OfTarget {...props} name={props.source.target} />
}

type OneProps = Parameters<typeof OneSource>[0]

function OfTrace({ id, traces, ...rest }: OneProps & { id: string }) {
  const listed = traces.find((one) => one.id === id)
  const asked = useApi<TraceView>(['traces', id], path`traces/${id}`, { enabled: !listed, everyMs: false })
  const trace = listed ?? asked.data
  if (!trace)
    return asked.error ? (
      <Failure tried="This trace cannot be opened." answer={errorText(asked.error)} todo="Choose another one above." />
    ) : (
      <Loading />
    )
  const info = traceInfo(trace)
  return <LabBench info={info} live={liveSettings([])} unit={unitOf(info, rest.state.mark?.by ?? null)!} {...rest} />
}

function OfTarget({ name, caches, ...rest }: OneProps & { name: string }) {
  const { data, error } = useApi<Page<FactView>>(['facts', name], path`targets/${name}/facts`, { everyMs: 10_000 })
  const target = caches.find((one) => one.name === name)
  if (!target)
    return (
      <Failure tried={`${safe(name, 100)} cannot be opened.`} answer="There is no cache with this name." todo="Choose another one above." />
    )
  if (!data) return error ? <Failure tried="Its settings could not be read." answer={errorText(error)} /> : <Loading />
  const live = liveSettings(data.items, target.can)
  const info = targetInfo(target, live)
  const unit = unitOf(info, rest.state.mark?.by ?? null)
  if (!unit)
    return (
      <Empty title={`Nothing is known of ${safe(name, 60)} yet`}>
        Neither its memory nor its keys have been read; sizes would be guesses.
      </Empty>
    )
  return <LabBench info={info} live={live} unit={unit} {...rest} />
}

const Loading = () => (
  <div className="px-4 py-3">
    <Skeleton className="h-[340px]" />
  </div>
)

const hasReferences = ({ references }: TargetView) => references !== undefined && references !== 'off'
const optionOf = ({ name }: TargetView) => ({ value: `target:${name}`, label: safe(name, 80) })

type SelectProps = { source: Source | null; onChange: (source: Source) => void } & Known

function SourceSelect({ source, caches, traces, onChange }: SelectProps) {
  const id = source ? idOf(source) : ''
  const groups = [
    { label: 'Caches with references', options: caches.filter(hasReferences).map(optionOf) },
    { label: 'Caches', options: caches.filter((cache) => !hasReferences(cache)).map(optionOf) },
    { label: 'Traces', options: traces.map((trace) => ({ value: `trace:${trace.id}`, label: safe(trace.name, 80) })) },
  ].filter(({ options }) => options.length > 0)
  const known = groups.some(({ options }) => options.some(({ value }) => value === id))
  return (
    <Select
      aria-label="Source"
      value={id}
      options={known ? groups : [{ value: id, label: safe(id, 80) || 'choose a source' }, ...groups]}
      onChange={({ target: { value } }) =>
        onChange(
          value.startsWith('trace:') ? { trace: value.slice('trace:'.length) } : { target: value.slice('target:'.length), match: '' },
        )
      }
      className="max-w-full"
    />
  )
}

/** Copies the address of what is shown, with its source: another one may be the newest tomorrow. */
function CopyLink({ state, source }: { state: LabState; source: Source }) {
  const [address, setAddress] = useState('')
  // biome-ignore lint/correctness/useExhaustiveDependencies: the address follows the state
  useEffect(() => {
    // The address is written a little after the state.
    const timer = setTimeout(() => {
      const url = new URL(window.location.href)
      if (state.source === null || idOf(state.source) !== idOf(source)) return
      if (!url.searchParams.has('trace') && !url.searchParams.has('target')) {
        if ('trace' in source) url.searchParams.set('trace', source.trace)
        else url.searchParams.set('target', source.target)
      }
      setAddress(url.href)
    }, 300)
    return () => clearTimeout(timer)
  }, [JSON.stringify(state), JSON.stringify(source)])
  return <CopyButton label="Copy link" text={address} />
}
