// Settings are declared once: what the command makes of the table, and that what is not given is as the table says.

import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { type PaintingOptions, paintingOf, paintingOptions, settingOption } from '../../../src/cli/painting-options.ts';
import { defaultSettings, PAINTING_SETTINGS, SETTING_NAMES, settingsOf } from '../../../src/style/settings.ts';

function parse(...argv: string[]): PaintingOptions & { styleSteps?: number } {
  const command = paintingOptions(new Command('paint').exitOverride());
  settingOption(command, 'steps', '--style-steps');
  return command.parse(argv, { from: 'user' }).opts();
}

describe('settings of a painting', () => {
  it('are all there, as the table says, where nothing is given', () => {
    expect(settingsOf({ brush: undefined })).toEqual(defaultSettings());
    expect(settingsOf({ brush: 2, keepColours: true })).toEqual({ ...defaultSettings(), brush: 2, keepColours: true });
    for (const name of SETTING_NAMES) expect(defaultSettings()[name]).toBe(PAINTING_SETTINGS[name].default);
  });

  it('have sliders within their range, and defaults that the slider can show', () => {
    for (const setting of Object.values(PAINTING_SETTINGS)) {
      if (setting.kind !== 'number') continue;
      const [least, most] = setting.slider;
      expect(setting.range[1]).toBeGreaterThanOrEqual(most);
      expect(setting.default).toBeGreaterThanOrEqual(least);
      expect(setting.default).toBeLessThanOrEqual(most);
      expect(setting.step).toBeLessThan(most - least);
    }
  });

  it('become flags of the command, by their names or by another', () => {
    const given = parse('--brush', '.5', '--content-weight', '3', '--keep-colours', '--instant', '--style-steps', '9');
    expect(given).toMatchObject({ brush: 0.5, contentWeight: 3, keepColours: true, instant: true, styleSteps: 9 });
    expect(paintingOf(given)).toMatchObject({ brush: 0.5, contentWeight: 3, keepColours: true, instant: true });
    expect(paintingOf(given)).not.toHaveProperty('styleSteps');
    expect(settingsOf(paintingOf(parse()))).toEqual(defaultSettings());
  });

  it('are refused outside their range, in one sentence', () => {
    expect(() => parse('--brush', '3')).toThrow("--brush: expected a number from 0.5 to 2, found '3'");
    expect(() => parse('--content-weight', '-1')).toThrow('--content-weight: expected a number from 0 to 100');
    expect(() => parse('--style-steps', '0')).toThrow("--style-steps: expected a whole number from 1, found '0'");
  });
});
