'use client'
import { type UseMutationResult, useMutation, useQueryClient } from '@tanstack/react-query'

/** A change to the own account: whatever came of it, the account is read again. */
export function useVerb<Given, Got>(verb: (given: Given) => Promise<Got>, done?: (got: Got) => void): UseMutationResult<Got, Error, Given> {
  const client = useQueryClient()
  return useMutation({
    mutationFn: verb,
    onSuccess: done,
    onSettled: () => void client.invalidateQueries({ queryKey: ['account'] }),
  })
}
