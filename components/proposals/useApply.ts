'use client'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { toast } from 'sonner'
import { path, post, sayError } from '@/components/frame/api.ts'

/** One click: applies a proposal and makes what it touched old. A refusal is said in the server's own words. */
export function useApply(proposal: string, onApplied?: (change: string) => void) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: () => post<{ change: string }>(path`proposals/${proposal}/apply`, {}),
    onSuccess: ({ change }) => onApplied?.(change),
    onError: (error) => toast.error('Not applied', { description: sayError(error) }),
    onSettled: () => {
      for (const key of ['proposals', 'changes', 'findings', 'overview', 'pools', 'rings', 'ttls'])
        void client.invalidateQueries({ queryKey: [key] })
    },
  })
}
