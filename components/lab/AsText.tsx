'use client'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { errorText, post } from '@/components/frame/api.ts'
import { Button } from '@/components/ui/button.tsx'
import { cn } from '@/components/ui/cn.ts'
import { Field, inputLook } from '@/components/ui/field.tsx'
import { Dialog } from '@/components/ui/sheet.tsx'
import type { RingSpec } from '@/lib/model/ring.ts'

/** The ring as the API's RingSpec to read and copy; what is pasted over it may as well be a piece of a program's configuration. */
export function AsText({ spec, onChange }: { spec: RingSpec; onChange: (spec: RingSpec) => void }) {
  const [typed, setTyped] = useState<string | null>(null)
  const close = () => {
    setTyped(null)
    take.reset()
  }
  const take = useMutation({
    mutationFn: (text: string) => post<{ spec: RingSpec }>('rings/describe', { text }),
    onSuccess: ({ spec }) => {
      onChange(spec)
      close()
    },
  })
  return (
    <>
      <Button onClick={() => setTyped(JSON.stringify(spec, null, 1))}>As text, or paste</Button>
      <Dialog
        open={typed !== null}
        onClose={close}
        title="The ring as text"
        lead="As POST /api/v1/rings/evaluate takes it. Or paste what a program reads: server lines of haproxy.cfg, an upstream of nginx.conf, a director of VCL, a pool of nutcracker.yml, endpoints of Envoy, CLUSTER NODES of Redis. Or the options of a client library as the application writes them: Dalli, pymemcache, Memcached of PHP, Predis, go-redis and others."
        foot={
          <>
            <Button onClick={close}>Leave it</Button>
            <Button look="primary" busy={take.isPending} onClick={() => take.mutate(typed ?? '')}>
              Take this ring
            </Button>
          </>
        }
      >
        <Field label="Ring" wrong={take.error && errorText(take.error)} help="JSON, or a configuration">
          {(props) => (
            <textarea
              {...props}
              rows={16}
              spellCheck={false}
              value={typed ?? ''}
              onFocus={({ target }) => target.select()}
              onChange={({ target }) => setTyped(target.value)}
              className={cn(inputLook, 'h-auto py-1 font-mono text-xs max-sm:h-auto')}
            />
          )}
        </Field>
      </Dialog>
    </>
  )
}
