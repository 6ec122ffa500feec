'use client'
import { startRegistration } from '@simplewebauthn/browser'
import { type FormEvent, useState } from 'react'
import { errorText, post } from '@/components/frame/api.ts'
import { Button } from '@/components/ui/button.tsx'
import { Field, Input } from '@/components/ui/field.tsx'
import { Dialog } from '@/components/ui/sheet.tsx'
import type { AccountView } from '@/lib/model/answers/account.ts'
import { PresentPassword } from './PresentPassword.tsx'
import { useVerb } from './useVerb.ts'

type Asked = { options: Parameters<typeof startRegistration>[0]['optionsJSON']; pending: string }
type Props = { account: AccountView; onClose: () => void; onDone: (recovery: string[] | null) => void }

/** A passkey of this device, of a phone or of a security key: the browser asks which. */
export function AddPasskey({ account, onClose, onDone }: Props) {
  const [present, setPresent] = useState('')
  const [name, setName] = useState('')
  const add = useVerb(
    async () => {
      const { options, pending } = await post<Asked>('session/passkeys', account.askPresent ? { present } : {})
      const response = await startRegistration({ optionsJSON: options })
      return post<{ recovery: string[] | null }>('session/passkeys/confirm', { pending, response, name: name.trim() })
    },
    ({ recovery }) => onDone(recovery),
  )
  const wrong = add.error ? troubleText(add.error) : undefined
  const aboutPresent = wrong?.startsWith('present:')
  const submit = (event: FormEvent) => {
    event.preventDefault()
    add.mutate(undefined)
  }
  return (
    <Dialog
      open
      onClose={onClose}
      title="Add a passkey"
      foot={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button look="primary" type="submit" form="passkey" busy={add.isPending} disabledBecause={!name.trim() && 'Give it a name'}>
            Add it
          </Button>
        </>
      }
    >
      <form id="passkey" onSubmit={submit} className="flex flex-col gap-3">
        <p>It signs you in by finger, face or PIN, without a password. From then on a password alone is not enough.</p>
        <Field label="Name" help="To tell it from others: the device that keeps it." wrong={aboutPresent ? undefined : wrong}>
          {(field) => <Input {...field} required maxLength={60} value={name} onChange={(event) => setName(event.target.value)} />}
        </Field>
        {account.askPresent && <PresentPassword value={present} onChange={setPresent} wrong={aboutPresent ? wrong : undefined} />}
      </form>
    </Dialog>
  )
}

function troubleText(error: Error): string {
  if (error.name === 'InvalidStateError') return 'This device keeps a passkey for you already.'
  if (error.name === 'NotAllowedError' || error.name === 'AbortError') return 'No passkey was made. Try again.'
  return errorText(error)
}
