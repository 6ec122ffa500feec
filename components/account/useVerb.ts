'use client'
import { type UseMutationResult, useMutation, useQueryClient } from '@tanstack/react-query'

/** A mutation of the person's own account: it reads the account again whatever the outcome. */
export function useVerb<Given, Got>(verb: (given: Given) => Promise<Got>, done?: (got: Got) => void): UseMutationResult<Got, Error, Given> {
  const client = useQueryClient()
  return useMutation({
    mutationFn: verb,
    onSuccess: done,
    onSettled: () => void client.invalidateQueries({ queryKey: ['account'] }),
  })
}
