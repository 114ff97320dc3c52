// Are WebGPU canvases shown here? Headless Chromium renders into them but never presents them: screenshots and
// drawImage give zeros. So a known colour is drawn on a small canvas and looked at through a 2D one.

const SIZE = 8;
const COLOUR = { r: 1, g: 0.5, b: 0, a: 1 };

/** True when what is drawn on a WebGPU canvas arrives where other canvases can see it. */
export async function canvasesAreShown(device: GPUDevice): Promise<boolean> {
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = SIZE;
  const context = canvas.getContext('webgpu');
  const witness = document.createElement('canvas');
  witness.width = witness.height = SIZE;
  const plain = witness.getContext('2d', { willReadFrequently: true });
  if (!context || !plain) return false;
  try {
    context.configure({ device, format: navigator.gpu.getPreferredCanvasFormat(), alphaMode: 'opaque' });
    const encoder = device.createCommandEncoder({ label: 'canvasesAreShown' });
    encoder
      .beginRenderPass({
        colorAttachments: [
          { view: context.getCurrentTexture().createView(), clearValue: COLOUR, loadOp: 'clear', storeOp: 'store' },
        ],
      })
      .end();
    device.queue.submit([encoder.finish()]);
    // Looked at in the same task: the canvas's texture expires with it.
    plain.drawImage(canvas, 0, 0);
    const [r, g, b] = plain.getImageData(SIZE / 2, SIZE / 2, 1, 1).data;
    return Math.abs(r - 255) < 8 && Math.abs(g - 128) < 8 && b < 8;
  } catch {
    return false;
  } finally {
    context.unconfigure();
  }
}
