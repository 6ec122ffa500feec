import { useQueryClient } from '@tanstack/react-query'
import { Upload } from 'lucide-react'
import { type DragEvent, useEffect, useRef, useState } from 'react'
import { errorText } from '@/components/frame/api.ts'
import { Button } from '@/components/ui/button.tsx'
import { cn } from '@/components/ui/cn.ts'
import { Failure } from '@/components/ui/empty.tsx'
import { count, safe, text } from '@/lib/format/format.ts'
import type { TraceView } from '@/lib/model/answers/trace.ts'
import { upload } from './upload.ts'

type State =
  | { is: 'waiting' }
  | { is: 'sending'; file: File; sent: number; cancel: () => void }
  | { is: 'refused'; file: File; because: string }
  | { is: 'taken'; trace: TraceView }

/** Where a trace is chosen or dropped: its progress, and what is wrong with it, by line. */
export function UploadTrace({ because, onDone }: { because: string | null; onDone: (trace: TraceView) => void }) {
  const client = useQueryClient()
  const [state, setState] = useState<State>({ is: 'waiting' })
  const [over, setOver] = useState(false)
  const input = useRef<HTMLInputElement>(null)
  const running = useRef<AbortController>(undefined)
  useEffect(() => () => running.current?.abort(), [])
  const send = (file: File) => {
    const ending = new AbortController()
    running.current = ending
    const cancel = () => ending.abort()
    setState({ is: 'sending', file, sent: 0, cancel })
    upload(file, (sent) => setState((now) => (now.is === 'sending' ? { ...now, sent } : now)), ending.signal).then(
      (trace) => {
        void client.invalidateQueries({ queryKey: ['traces'] })
        setState({ is: 'taken', trace })
        onDone(trace)
      },
      (error) => setState(ending.signal.aborted ? { is: 'waiting' } : { is: 'refused', file, because: errorText(error) }),
    )
  }
  const off = because ?? (state.is === 'sending' ? 'One file at a time.' : null)
  const drop = (event: DragEvent) => {
    event.preventDefault()
    setOver(false)
    const [file] = event.dataTransfer.files
    if (file && off === null) send(file)
  }
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping is the second way; the button is the one for everybody
    <div
      data-drop
      onDragOver={(event) => {
        event.preventDefault()
        event.dataTransfer.dropEffect = off === null ? 'copy' : 'none'
        setOver(off === null)
      }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
      className={cn(
        'flex flex-col gap-2 rounded border border-dashed p-3 text-sm',
        over ? 'border-accent bg-accent-soft' : 'border-line-strong',
      )}
    >
      <div className="flex flex-wrap items-center gap-3">
        <input
          ref={input}
          type="file"
          aria-label="Trace file"
          className="sr-only"
          tabIndex={-1}
          onChange={({ target }) => {
            const [file] = target.files ?? []
            if (file && off === null) send(file)
            // The same file may be chosen again, once it is mended.
            target.value = ''
          }}
        />
        <Button disabledBecause={off} onClick={() => input.current?.click()}>
          <Upload size={14} aria-hidden />
          Choose a trace
        </Button>
        <span className="text-dim">{because ?? 'or drop one here; at most 256 MB.'}</span>
      </div>
      {state.is === 'sending' && <Progress {...state} />}
      {state.is === 'taken' && (
        <p role="status">
          {safe(state.trace.name, 80)}: {count(state.trace.requests)} requests of {count(state.trace.keys)} keys.
        </p>
      )}
      {state.is === 'refused' && (
        <div className="-m-3">
          <Failure
            tried={`${safe(state.file.name, 80)} was not taken.`}
            answer={state.because}
            todo="Nothing of it was kept. Mend that line and choose the file again."
          />
        </div>
      )}
    </div>
  )
}

function Progress({ file, sent, cancel }: { file: File; sent: number; cancel: () => void }) {
  const isSent = sent >= 1
  return (
    <div className="flex flex-wrap items-center gap-3">
      <progress
        aria-label={`Upload of ${safe(file.name, 80)}`}
        value={isSent ? undefined : sent}
        max={1}
        className="h-2 w-48 max-w-full accent-accent"
      />
      <span className="tabular" role="status">
        {isSent ? 'Sent; it is being read.' : `${text(sent * file.size, 'bytes')} of ${text(file.size, 'bytes')}`}
      </span>
      <Button look="ghost" onClick={cancel}>
        Cancel
      </Button>
    </div>
  )
}
