// SPDX-License-Identifier: GPL-2.0-only
/*
 * SPDX-FileCopyrightText: 2026 The epf-utils authors
 *
 * Error registers of a function or port: the PCI Express capability's, and
 * Advanced Error Reporting (PCIe 6.0, 6.2 and 7.8.4).
 */

#include <linux/array_size.h>
#include <linux/bitfield.h>
#include <linux/bitops.h>
#include <linux/lockdep.h>

#include "epc-sim.h"

#define DEVSTA	(EPC_SIM_CAP_EXP + PCI_EXP_DEVSTA)
#define AER	EPC_SIM_ECAP_AER

/* What is fatal, and what is masked, after power-on. */
#define DEFAULT_SEVERITY	(PCI_ERR_UNC_DLP | PCI_ERR_UNC_SURPDN | \
				 PCI_ERR_UNC_FCP | PCI_ERR_UNC_RX_OVER | \
				 PCI_ERR_UNC_MALF_TLP | PCI_ERR_UNC_INTN)
#define DEFAULT_MASK		PCI_ERR_UNC_INTN
#define DEFAULT_COR_MASK	(PCI_ERR_COR_ADV_NFAT | PCI_ERR_COR_INTERNAL | \
				 PCI_ERR_COR_LOG_OVER)

#define UNCOR_BITS	(PCI_ERR_UNC_DLP | PCI_ERR_UNC_SURPDN | \
			 PCI_ERR_UNC_POISON_TLP | PCI_ERR_UNC_FCP | \
			 PCI_ERR_UNC_COMP_TIME | PCI_ERR_UNC_COMP_ABORT | \
			 PCI_ERR_UNC_UNX_COMP | PCI_ERR_UNC_RX_OVER | \
			 PCI_ERR_UNC_MALF_TLP | PCI_ERR_UNC_ECRC | \
			 PCI_ERR_UNC_UNSUP | PCI_ERR_UNC_ACSV | \
			 PCI_ERR_UNC_INTN)
#define COR_BITS	(PCI_ERR_COR_RCVR | PCI_ERR_COR_BAD_TLP | \
			 PCI_ERR_COR_BAD_DLLP | PCI_ERR_COR_REP_ROLL | \
			 PCI_ERR_COR_REP_TIMER | PCI_ERR_COR_ADV_NFAT | \
			 PCI_ERR_COR_INTERNAL | PCI_ERR_COR_LOG_OVER)
#define ROOT_EVENTS	(PCI_ERR_ROOT_COR_RCV | PCI_ERR_ROOT_MULTI_COR_RCV | \
			 PCI_ERR_ROOT_UNCOR_RCV | \
			 PCI_ERR_ROOT_MULTI_UNCOR_RCV | \
			 PCI_ERR_ROOT_FIRST_FATAL | \
			 PCI_ERR_ROOT_NONFATAL_RCV | PCI_ERR_ROOT_FATAL_RCV)
#define ROOT_ENABLES	(PCI_ERR_ROOT_CMD_COR_EN | \
			 PCI_ERR_ROOT_CMD_NONFATAL_EN | \
			 PCI_ERR_ROOT_CMD_FATAL_EN)

/* The status bit of an error, correctable or uncorrectable. */
static const u32 status_bits[EPC_SIM_NUM_ERRORS] = {
	[EPC_SIM_ERROR_RECEIVER] = PCI_ERR_COR_RCVR,
	[EPC_SIM_ERROR_BAD_TLP] = PCI_ERR_COR_BAD_TLP,
	[EPC_SIM_ERROR_BAD_DLLP] = PCI_ERR_COR_BAD_DLLP,
	[EPC_SIM_ERROR_REPLAY_ROLLOVER] = PCI_ERR_COR_REP_ROLL,
	[EPC_SIM_ERROR_REPLAY_TIMEOUT] = PCI_ERR_COR_REP_TIMER,
	[EPC_SIM_ERROR_DATA_LINK] = PCI_ERR_UNC_DLP,
	[EPC_SIM_ERROR_SURPRISE_DOWN] = PCI_ERR_UNC_SURPDN,
	[EPC_SIM_ERROR_POISONED] = PCI_ERR_UNC_POISON_TLP,
	[EPC_SIM_ERROR_FLOW_CONTROL] = PCI_ERR_UNC_FCP,
	[EPC_SIM_ERROR_COMPLETION_TIMEOUT] = PCI_ERR_UNC_COMP_TIME,
	[EPC_SIM_ERROR_COMPLETER_ABORT] = PCI_ERR_UNC_COMP_ABORT,
	[EPC_SIM_ERROR_UNEXPECTED_COMPLETION] = PCI_ERR_UNC_UNX_COMP,
	[EPC_SIM_ERROR_OVERFLOW] = PCI_ERR_UNC_RX_OVER,
	[EPC_SIM_ERROR_MALFORMED] = PCI_ERR_UNC_MALF_TLP,
	[EPC_SIM_ERROR_ECRC] = PCI_ERR_UNC_ECRC,
	[EPC_SIM_ERROR_UNSUPPORTED] = PCI_ERR_UNC_UNSUP,
	[EPC_SIM_ERROR_ACS] = PCI_ERR_UNC_ACSV,
};

/**
 * epc_sim_aer_init() - add the capability
 * @config: configuration space
 * @masked: uncorrectable errors that are masked besides, PCI_ERR_UNC_*
 */
void epc_sim_aer_init(struct epc_sim_config *config, u32 masked)
{
	epc_sim_config_add_ext(config, AER, PCI_EXT_CAP_ID_ERR, 2);
	epc_sim_config_allow_clear(config, AER + PCI_ERR_UNCOR_STATUS, 4,
				   UNCOR_BITS);
	epc_sim_config_preset(config, AER + PCI_ERR_UNCOR_MASK, 4,
			      DEFAULT_MASK | masked);
	epc_sim_config_allow(config, AER + PCI_ERR_UNCOR_MASK, 4, UNCOR_BITS);
	epc_sim_config_preset(config, AER + PCI_ERR_UNCOR_SEVER, 4,
			      DEFAULT_SEVERITY);
	epc_sim_config_allow(config, AER + PCI_ERR_UNCOR_SEVER, 4, UNCOR_BITS);
	epc_sim_config_allow_clear(config, AER + PCI_ERR_COR_STATUS, 4,
				   COR_BITS);
	epc_sim_config_preset(config, AER + PCI_ERR_COR_MASK, 4,
			      DEFAULT_COR_MASK);
	epc_sim_config_allow(config, AER + PCI_ERR_COR_MASK, 4, COR_BITS);
}

/**
 * epc_sim_aer_init_root() - add what a root port has besides
 * @config: its configuration space
 * @message: interrupt message number
 */
void epc_sim_aer_init_root(struct epc_sim_config *config, unsigned int message)
{
	epc_sim_config_allow(config, AER + PCI_ERR_ROOT_COMMAND, 4,
			     ROOT_ENABLES);
	epc_sim_config_set(config, AER + PCI_ERR_ROOT_STATUS, 4,
			   FIELD_PREP(PCI_ERR_ROOT_AER_IRQ, message));
	epc_sim_config_allow_clear(config, AER + PCI_ERR_ROOT_STATUS, 4,
				   ROOT_EVENTS);
}

static bool has_aer(const struct epc_sim_config *config)
{
	return epc_sim_config_read(config, AER, 2) == PCI_EXT_CAP_ID_ERR;
}

/* Whether the host wants messages of that kind. */
static bool is_enabled(const struct epc_sim_config *config,
		       enum epc_sim_error error, u16 report)
{
	u16 control = epc_sim_config_read(config,
					  EPC_SIM_CAP_EXP + PCI_EXP_DEVCTL, 2);

	if (report != PCI_EXP_DEVCTL_CERE &&
	    epc_sim_config_read(config, PCI_COMMAND, 2) & PCI_COMMAND_SERR)
		return true;

	return control & report && (error != EPC_SIM_ERROR_UNSUPPORTED ||
				    control & PCI_EXP_DEVCTL_URRE);
}

static enum epc_sim_severity record_correctable(struct epc_sim_config *config,
						enum epc_sim_error error,
						u32 bit)
{
	u32 mask = 0;

	epc_sim_config_set_bits(config, DEVSTA, 2, PCI_EXP_DEVSTA_CED);
	if (has_aer(config)) {
		epc_sim_config_set_bits(config, AER + PCI_ERR_COR_STATUS, 4,
					bit);
		mask = epc_sim_config_read(config, AER + PCI_ERR_COR_MASK, 4);
	}

	return !(mask & bit) && is_enabled(config, error, PCI_EXP_DEVCTL_CERE) ?
		       EPC_SIM_CORRECTABLE : EPC_SIM_SILENT;
}

/* The first error's packet is kept until the host has cleared that error. */
static void log_tlp(struct epc_sim_config *config, u32 before, u32 bit,
		    const struct epc_sim_tlp *tlp)
{
	u32 caps = epc_sim_config_read(config, AER + PCI_ERR_CAP, 4);
	unsigned int i;

	if (before & BIT(PCI_ERR_CAP_FEP(caps)))
		return;

	epc_sim_config_set(config, AER + PCI_ERR_CAP, 4,
			   (caps & ~PCI_ERR_CAP_FEP(~0U)) | __ffs(bit));
	for (i = 0; i < ARRAY_SIZE(tlp->words); i++)
		epc_sim_config_set(config, AER + PCI_ERR_HEADER_LOG + 4 * i, 4,
				   tlp->words[i]);
}

static enum epc_sim_severity
record_uncorrectable(struct epc_sim_config *config, enum epc_sim_error error,
		     u32 bit, bool advisory, const struct epc_sim_tlp *tlp)
{
	u32 status = 0, mask = 0, severity = DEFAULT_SEVERITY;
	bool fatal;

	if (has_aer(config)) {
		status = epc_sim_config_read(config, AER + PCI_ERR_UNCOR_STATUS,
					     4);
		mask = epc_sim_config_read(config, AER + PCI_ERR_UNCOR_MASK, 4);
		severity = epc_sim_config_read(config,
					       AER + PCI_ERR_UNCOR_SEVER, 4);
	}
	fatal = severity & bit;
	if (error == EPC_SIM_ERROR_UNSUPPORTED)
		epc_sim_config_set_bits(config, DEVSTA, 2, PCI_EXP_DEVSTA_URD);

	if (has_aer(config)) {
		epc_sim_config_set(config, AER + PCI_ERR_UNCOR_STATUS, 4,
				   status | bit);
		if (!(mask & bit))
			log_tlp(config, status, bit, tlp);
	}

	/* Whoever asked is told, and it is up to him. */
	if (advisory && !fatal)
		return record_correctable(config, error, PCI_ERR_COR_ADV_NFAT);

	epc_sim_config_set_bits(config, DEVSTA, 2,
				fatal ? PCI_EXP_DEVSTA_FED :
					PCI_EXP_DEVSTA_NFED);
	if (mask & bit ||
	    !is_enabled(config, error, fatal ? PCI_EXP_DEVCTL_FERE :
					       PCI_EXP_DEVCTL_NFERE))
		return EPC_SIM_SILENT;

	epc_sim_config_set_bits(config, PCI_STATUS, 2,
				PCI_STATUS_SIG_SYSTEM_ERROR);
	return fatal ? EPC_SIM_FATAL : EPC_SIM_NONFATAL;
}

/**
 * epc_sim_aer_record() - record an error where it was detected
 * @config: configuration space of the function or port
 * @error: the error
 * @advisory: whoever made the request is told by its completion
 * @tlp: the packet that it was about
 *
 * Return: the message to send.
 */
enum epc_sim_severity epc_sim_aer_record(struct epc_sim_config *config,
					 enum epc_sim_error error,
					 bool advisory,
					 const struct epc_sim_tlp *tlp)
{
	u32 bit = status_bits[error];

	if (error < EPC_SIM_NUM_CORRECTABLE)
		return record_correctable(config, error, bit);

	return record_uncorrectable(config, error, bit, advisory, tlp);
}

/**
 * epc_sim_aer_is_unmasked() - whether an uncorrectable error is reported at all
 * @config: configuration space of the function or port
 * @error: the error
 *
 * Return: false where the host has masked it.
 */
bool epc_sim_aer_is_unmasked(const struct epc_sim_config *config,
			     enum epc_sim_error error)
{
	return !has_aer(config) ||
	       !(epc_sim_config_read(config, AER + PCI_ERR_UNCOR_MASK, 4) &
		 status_bits[error]);
}

/**
 * epc_sim_aer_receive() - a message has come to the root port
 * @root: the root port
 * @severity: of the message
 * @id: who sent it
 */
void epc_sim_aer_receive(struct epc_sim_port *root,
			 enum epc_sim_severity severity, u16 id)
{
	struct epc_sim_config *config = &root->config;
	const int source = AER + PCI_ERR_ROOT_ERR_SRC;
	u32 status, events = 0;

	lockdep_assert_held(&root->sim->lock);
	if (!has_aer(config))
		return;

	status = epc_sim_config_read(config, AER + PCI_ERR_ROOT_STATUS, 4);
	if (severity == EPC_SIM_CORRECTABLE) {
		if (status & PCI_ERR_ROOT_COR_RCV)
			events = PCI_ERR_ROOT_MULTI_COR_RCV;
		else
			epc_sim_config_set(config, source, 2, id);
		events |= PCI_ERR_ROOT_COR_RCV;
	} else {
		if (status & PCI_ERR_ROOT_UNCOR_RCV)
			events = PCI_ERR_ROOT_MULTI_UNCOR_RCV;
		else
			epc_sim_config_set(config, source + 2, 2, id);
		if (!(status & PCI_ERR_ROOT_UNCOR_RCV) &&
		    severity == EPC_SIM_FATAL)
			events |= PCI_ERR_ROOT_FIRST_FATAL;
		events |= PCI_ERR_ROOT_UNCOR_RCV;
		events |= severity == EPC_SIM_FATAL ?
				  PCI_ERR_ROOT_FATAL_RCV :
				  PCI_ERR_ROOT_NONFATAL_RCV;
	}

	epc_sim_config_set(config, AER + PCI_ERR_ROOT_STATUS, 4,
			   status | events);
	epc_sim_port_interrupt(root);
}

/**
 * epc_sim_aer_is_true() - whether the root port has something to interrupt for
 * @config: its configuration space
 *
 * Return: whether there is a message that the host wants to know of.
 */
bool epc_sim_aer_is_true(const struct epc_sim_config *config)
{
	u32 command = epc_sim_config_read(config, AER + PCI_ERR_ROOT_COMMAND,
					  4);
	u32 status = epc_sim_config_read(config, AER + PCI_ERR_ROOT_STATUS, 4);

	if (!has_aer(config))
		return false;

	return (status & PCI_ERR_ROOT_COR_RCV &&
		command & PCI_ERR_ROOT_CMD_COR_EN) ||
	       (status & PCI_ERR_ROOT_NONFATAL_RCV &&
		command & PCI_ERR_ROOT_CMD_NONFATAL_EN) ||
	       (status & PCI_ERR_ROOT_FATAL_RCV &&
		command & PCI_ERR_ROOT_CMD_FATAL_EN);
}
