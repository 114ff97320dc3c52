// An input error has its four parts as fields, and its sentence is made of them.

import { expect, it } from 'vitest';
import { z } from 'zod';
import { InputError, inputError, schemaFault } from '../../src/errors.ts';

it('has what, where, expected and found as fields and in its sentence', () => {
  const error = inputError('camera matrix', 'frame 3', 'finite numbers', 'NaN');
  expect(error).toBeInstanceOf(InputError);
  expect({ ...error }).toMatchObject({
    what: 'camera matrix',
    where: 'frame 3',
    expected: 'finite numbers',
    found: 'NaN',
  });
  expect(error.message).toBe('camera matrix in frame 3: expected finite numbers, found NaN');
});

it('names no place where there is none, and says what could be done about it', () => {
  const error = inputError('study', null, 'different names', 'boat twice', 'name=file gives one');
  expect(error.where).toBeNull();
  expect(error.hint).toBe('name=file gives one');
  expect(error.message).toBe('study: expected different names, found boat twice (name=file gives one)');
});

it('takes apart what a schema says', () => {
  const issueOf = (schema: z.ZodType, value: unknown) => schema.safeParse(value).error!.issues[0];
  expect(schemaFault(issueOf(z.number(), 'x'))).toEqual({ expected: 'number', found: 'string' });
  expect(schemaFault(issueOf(z.literal(1), 2))).toEqual({ expected: '1', found: 'something else' });
  expect(schemaFault({ message: '64 hexadecimal digits' }).expected).toBe('64 hexadecimal digits');
});
