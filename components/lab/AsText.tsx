'use client'
import { useState } from 'react'
import { sayError } from '@/components/frame/api.ts'
import { Button } from '@/components/ui/button.tsx'
import { cn } from '@/components/ui/cn.ts'
import { Field, inputLook } from '@/components/ui/field.tsx'
import { Dialog } from '@/components/ui/sheet.tsx'
import type { RingSpec } from '@/lib/model/ring.ts'
import { parseSpec } from '@/lib/rings/spec.ts'

/** The ring as the API's RingSpec, to read, copy, paste: what `POST /api/v1/rings/evaluate` takes. */
export function AsText({ spec, onChange }: { spec: RingSpec; onChange: (spec: RingSpec) => void }) {
  const [typed, setTyped] = useState<string | null>(null)
  const [wrong, setWrong] = useState('')
  const close = () => {
    setTyped(null)
    setWrong('')
  }
  const take = () => {
    try {
      onChange(parseSpec(JSON.parse(typed!)))
      close()
    } catch (error) {
      setWrong(error instanceof SyntaxError ? `Not JSON: ${error.message}` : sayError(error))
    }
  }
  return (
    <>
      <Button onClick={() => setTyped(JSON.stringify(spec, null, 1))}>As text</Button>
      <Dialog
        open={typed !== null}
        onClose={close}
        title="The ring as text"
        lead="A RingSpec, as POST /api/v1/rings/evaluate takes it."
        foot={
          <>
            <Button onClick={close}>Leave it</Button>
            <Button look="primary" onClick={take}>
              Take this ring
            </Button>
          </>
        }
      >
        <Field label="RingSpec" wrong={wrong} help="algorithm, nodes, options">
          {(props) => (
            <textarea
              {...props}
              rows={16}
              spellCheck={false}
              value={typed ?? ''}
              onChange={({ target }) => setTyped(target.value)}
              className={cn(inputLook, 'h-auto py-1 font-mono text-xs max-sm:h-auto')}
            />
          )}
        </Field>
      </Dialog>
    </>
  )
}
