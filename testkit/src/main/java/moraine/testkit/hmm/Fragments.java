package moraine.testkit.hmm;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import moraine.core.api.model.Errno;
import moraine.core.api.model.MoraineException;
import moraine.core.api.model.NodeInfo;
import moraine.core.api.model.PageInfo;
import moraine.core.api.model.Pages;

/**
 * A page in every 2 MiB block of a node's free memory, so that base pages are free and no large one is: what the
 * kernel's tests have a flag for. Closing it frees them.
 */
final class Fragments implements AutoCloseable {
    /** Too few for a large page to lie in one mapping. */
    private static final int PIECE = Pages.PER_LARGE / 2;

    private final UserProcess process;
    private final List<Buffer> pieces = new ArrayList<>();

    private Fragments(UserProcess process) {
        this.process = process;
    }

    /** Fragments the memory of a device. */
    static Fragments ofDevice(Rig rig, UserProcess process, Commands device) {
        var fragments = new Fragments(process);
        int node = device.node();
        for (long free = free(rig, node); free > 0; free -= PIECE) {
            Buffer piece = fragments.piece();
            device.moveToDevice(piece);
        }
        fragments.thin(node);
        return fragments;
    }

    /** Fragments the memory of the CPUs' node. */
    static Fragments ofMemory(Rig rig, UserProcess process) {
        var fragments = new Fragments(process);
        for (long free = free(rig, Rig.CPU); free > 0; free -= PIECE) {
            if (!touched(process, fragments.piece())) {
                break;
            }
        }
        fragments.thin(Rig.CPU);
        Buffer probe = process.mapAligned(Pages.PER_LARGE);
        process.cpu().putInt(probe.address(), 1);
        assertThat(process.space().why(probe.address()).order())
                .as("order of a page made in fragmented memory")
                .isZero();
        process.unmap(probe);
        return fragments;
    }

    private static boolean touched(UserProcess process, Buffer piece) {
        try {
            for (int page = 0; page < PIECE; page++) {
                process.cpu().putInt(piece.page(page), 1);
            }
            return true;
        } catch (MoraineException e) {
            if (e.errno() != Errno.ENOMEM) {
                throw e;
            }
            return false;
        }
    }

    private static long free(Rig rig, int node) {
        return rig.machine().nodes().stream()
                .filter(info -> info.id() == node)
                .mapToLong(NodeInfo::freePages)
                .sum();
    }

    private Buffer piece() {
        Buffer piece = process.map(PIECE);
        pieces.add(piece);
        return piece;
    }

    /** Frees all pages but the first of each block. */
    private void thin(int node) {
        for (Buffer piece : pieces) {
            boolean[] kept = new boolean[PIECE];
            for (PageInfo page : process.space().pages(piece.address(), piece.bytes(), PIECE)) {
                boolean first = (page.pfn() & Pages.PER_LARGE - 1) == 0;
                kept[(int) (page.address() - piece.address() >>> Pages.SHIFT)] = page.node() == node && first;
            }
            unmapOthers(piece, kept);
        }
    }

    /** Unmaps the runs of pages that are not kept. */
    private void unmapOthers(Buffer piece, boolean[] kept) {
        int start = 0;
        for (int page = 0; page <= PIECE; page++) {
            if (page == PIECE || kept[page]) {
                if (page > start) {
                    process.unmap(piece.part(start, (long) page - start));
                }
                start = page + 1;
            }
        }
    }

    @Override
    public void close() {
        pieces.forEach(process::unmap);
    }
}
